import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestOf, sha256 as digestOfText } from '../../core/digest.js';
import { GgufError } from '../../core/errors.js';
import type { Report } from '../../core/events.js';
import type { Manifest, ProvenanceInput } from '../../core/generated/manifest.generated.js';
import { diffGguf, type TensorDifference } from '../../gguf/diff.js';
import { hashFile } from '../../files/hash-file.js';
import type { StoreLayout } from '../../store/layout.js';
import { hashBlob } from '../../store/sound-blob.js';
import { withWorkDir } from '../../store/work-dir.js';
import type { RunTool } from '../../toolchain/run-tool.js';
import { withFileBytes } from '../../files/gguf-file.js';

/** The ports of a rebuild. */
export interface Rebuilding {
  store: StoreLayout;
  runTool: RunTool;
  report: Report;
  llamaQuantize: () => Promise<string>;
  /** Where the bytes of an input, or of a file of the result, are; null when they are not here. */
  find: (sha256: string) => Promise<string | null>;
  threads: number | undefined;
  signal: AbortSignal | undefined;
}

/**
 * What a rebuild found: inputs that are not here, or how the result differs from what one run of
 * llama-quantize writes.
 */
export type Rebuilt = { missing: readonly string[] } | { differences: readonly string[] };

const rulesFile = 'tensor_types.txt';

/**
 * Makes a variant again with one run of stock llama-quantize on the whole model, from its manifest alone, and
 * compares it with the bytes in the store, whatever those were put together from. What is read is hashed first:
 * a proof from damaged bytes is none, and a variant is not wrong because its source is.
 * @throws GgufError `BLOB_DAMAGED`
 */
export async function rebuildInFull(manifest: Manifest, rebuilding: Rebuilding): Promise<Rebuilt> {
  const {
    inputs,
    commands: [command = []],
  } = manifest.provenance;
  const files = inputs.filter(({ role }) => role !== 'rules');
  const places = await Promise.all(
    [...files, ...manifest.files].map(async ({ name, sha256 }) => ({
      name,
      path: await rebuilding.find(sha256),
    })),
  );
  const missing = places.filter(({ path }) => path === null).map(({ name }) => name);
  const rules = rulesOf(manifest, inputs);
  if (rules === undefined) missing.push(rulesFile);
  if (missing.length > 0) return { missing };
  for (const file of [...files, ...manifest.files]) await hashBlob(rebuilding.store, file, rebuilding);
  rebuilding.report({
    type: 'step',
    message: `rebuilding ${manifest.files.map(({ name }) => name).join(', ')} in full, to compare`,
  });
  return withWorkDir(rebuilding.store, digestOf({ rebuild: manifest.actionKey }), {
    ...(rebuilding.signal === undefined ? {} : { signal: rebuilding.signal }),
    work: async (directory) => {
      for (const { name, path } of places.slice(0, files.length)) {
        await mkdir(dirname(join(directory, name)), { recursive: true });
        await symlink(path ?? '', join(directory, name));
      }
      if (typeof rules === 'string') await writeFile(join(directory, rulesFile), rules, { flag: 'wx' });
      await mkdir(join(directory, 'out'));
      const args = command.slice(1);
      await rebuilding.runTool({
        command: await rebuilding.llamaQuantize(),
        cwd: directory,
        args: rebuilding.threads === undefined ? args : [...args, String(rebuilding.threads)],
        ...(rebuilding.signal === undefined ? {} : { signal: rebuilding.signal }),
      });
      return { differences: await differences(manifest, join(directory, 'out'), rebuilding) };
    },
  });
}

/**
 * The text of the rules; null when there are none, undefined when the manifest does not hold what was used.
 */
function rulesOf({ facts }: Manifest, inputs: readonly ProvenanceInput[]): string | null | undefined {
  const input = inputs.find(({ role }) => role === 'rules');
  if (input === undefined) return null;
  const text = facts['rules'];
  return typeof text === 'string' && digestOfText(text) === input.sha256 ? text : undefined;
}

async function differences({ files }: Manifest, out: string, { find }: Rebuilding): Promise<string[]> {
  const names = (await readdir(out)).sort();
  const wanted = files.map(({ name }) => name).sort();
  if (names.join('\n') !== wanted.join('\n'))
    return [`the files are ${wanted.join(', ')}; llama-quantize writes ${names.join(', ')}`];
  const found: string[] = [];
  for (const { name, sha256 } of files) {
    const path = join(out, name);
    if ((await hashFile(path)).sha256 === sha256) continue;
    found.push(...(await inWords(name, path, (await find(sha256)) ?? '')));
  }
  return found;
}

async function inWords(name: string, rebuilt: string, stored: string): Promise<string[]> {
  const { file, metadata, tensors } = await withFileBytes(stored, (a) =>
    withFileBytes(rebuilt, (b) => diffGguf(a, b)),
  );
  const words = [
    ...file.map(({ what }) => what),
    ...metadata.map(({ key }) => `metadata ${key}`),
    ...tensors.map(tensorInWords),
  ];
  return (words.length === 0 ? ['the stored bytes are not those of their digest'] : words).map(
    (word) => `${name}: ${word}`,
  );
}

function tensorInWords(difference: TensorDifference): string {
  const { tensor, kind } = difference;
  if (kind === 'bytes')
    return `tensor ${tensor} differs in ${difference.bytes} bytes, from byte ${difference.first} on`;
  return kind === 'type' || kind === 'shape'
    ? `tensor ${tensor} has the ${kind} ${difference.a}; llama-quantize makes it ${difference.b}`
    : `tensor ${tensor} is ${kind === 'only in a' ? 'too much' : 'missing'}`;
}

/** The error of a variant that differs from a full run. */
export function rebuildDiffers(found: readonly string[]): GgufError {
  return new GgufError('REBUILD_DIFFERS', found.slice(0, 20).join('\n'), {
    hint: 'The result was removed from the store, and what it shared with others; build it again. If that repeats, please report it with these lines.',
  });
}
