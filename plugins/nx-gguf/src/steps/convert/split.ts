import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { counted } from '../../core/counted.js';
import type { Json } from '../../core/json/canonical-json.js';
import { GgufError } from '../../core/errors.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import { readGgufFile } from '../../files/gguf-file.js';
import { inputsOf, type Step, type Workbench } from '../step.js';

/** What decides how a GGUF is split. */
export interface SplitInputs {
  file: ManifestFile;
  /** Tensor data of a part at most, as llama-gguf-split reads it: `40G`. */
  maxSize: string;
  toolchain: Readonly<Record<string, Json>>;
}

/**
 * Splits a GGUF with llama-gguf-split into parts that llama.cpp loads as one model. Every tensor has to be in
 * exactly one of them afterwards.
 */
export function splitStep({ file, maxSize, toolchain }: SplitInputs): Step {
  const stem = basename(file.name, '.gguf');
  const args = ['--split', '--split-max-size', maxSize, file.name, `out/${stem}`];
  return {
    action: {
      step: 'split',
      version: stepRegistry.split.logicVersion,
      parameters: { maxSize },
      inputs: inputsOf('model', [file]),
      toolchain,
    },
    run: async (bench) => {
      await bench.input(file, file.name);
      const out = join(bench.directory, 'out');
      await mkdir(out);
      bench.report({ type: 'step', message: `splitting ${file.name} into parts of ${maxSize}` });
      await bench.runTool({
        command: await bench.tools.llama('llama-gguf-split'),
        args,
        cwd: bench.directory,
        ...(bench.signal === undefined ? {} : { signal: bench.signal }),
      });
      const names = (await readdir(out)).sort();
      await checkParts(file, names, bench);
      return {
        files: names.map((name) => ({ name, path: join(out, name) })),
        facts: { parts: names.length },
        commands: [['llama-gguf-split', ...args]],
      };
    },
  };
}

async function checkParts(
  file: ManifestFile,
  names: readonly string[],
  { directory }: Workbench,
): Promise<void> {
  const described = ({ tensors }: Awaited<ReturnType<typeof readGgufFile>>): string[] =>
    tensors.map(({ name, type, range }) => `${name} ${type} ${range.length}`);
  const whole = described(await readGgufFile(join(directory, file.name))).sort();
  const parts: string[] = [];
  for (const name of names) parts.push(...described(await readGgufFile(join(directory, 'out', name))));
  if (names.length > 0 && JSON.stringify(parts.sort()) === JSON.stringify(whole)) return;
  throw new GgufError(
    'SPLIT_INCOMPLETE',
    `llama-gguf-split made ${counted(names.length, 'part')} of ${file.name}, and not each of its ${counted(whole.length, 'tensor')} is there once`,
  );
}
