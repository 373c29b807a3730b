import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../core/json/canonical-json.js';
import { sha256 } from '../../core/digest.js';
import { GgufError } from '../../core/errors.js';
import type { Manifest, ManifestFile } from '../../core/generated/manifest.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import { readHeaderBytes, type HeaderBytes } from '../../gguf/header/header-bytes.js';
import type { GgufHeader } from '../../gguf/header/header.js';
import type { MetadataValue } from '../../gguf/header/metadata-value.js';
import { shardFileName } from '../../gguf/shards.js';
import { withFileBytes } from '../../files/gguf-file.js';
import { inputsOf, type Step, type StepOutcome, type Workbench } from '../step.js';

/** The headers of a model's files, without their data: all that a dry run reads. */
export interface ModelHeaders {
  readonly files: readonly ManifestFile[];
  /** Sizes of the whole files, in the order of `files`. */
  readonly sizesBytes: readonly number[];
  readonly contents: HeaderContents;
}

/** What the headers of a model's files say together, without values. */
export interface HeaderContents {
  /** Types of the metadata by key; of an array `array of <type> x <length>`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Numbers of the blocks that have tensors, in order. */
  readonly blocks: readonly number[];
}

/** Takes the headers of a model's files. */
export function ggufHeaderStep(model: readonly ManifestFile[]): Step {
  return {
    action: {
      step: 'gguf-header',
      version: stepRegistry['gguf-header'].logicVersion,
      parameters: {},
      inputs: inputsOf('model', model),
      toolchain: null,
    },
    run: async (bench) => {
      const headers: HeaderBytes[] = [];
      for (const file of model) {
        await bench.input(file, file.name);
        headers.push(await withFileBytes(join(bench.directory, file.name), readHeaderBytes));
      }
      return written(headers, bench);
    },
  };
}

/**
 * Takes the headers of files that are pinned elsewhere. Their data is not here to be checked, so these
 * headers stand for no converted model.
 */
export function pinnedHeaderStep(
  files: readonly ManifestFile[],
  read: () => Promise<readonly HeaderBytes[]>,
): Step {
  return {
    action: {
      step: 'gguf-header',
      version: stepRegistry['gguf-header'].logicVersion,
      parameters: {},
      inputs: inputsOf('pinned', files),
      toolchain: null,
    },
    run: async (bench) => written(await read(), bench),
  };
}

/** Keeps headers that were read already, from a file or URL outside of the store. */
export function readHeadersStep(headers: readonly HeaderBytes[]): Step {
  const inputs = headers.map(({ bytes, header }, index) => ({
    role: 'header',
    name: `${index + 1} of a file of ${header.fileSizeBytes} bytes`,
    sha256: sha256(bytes),
  }));
  return {
    action: {
      step: 'gguf-header',
      version: stepRegistry['gguf-header'].logicVersion,
      parameters: {},
      inputs,
      toolchain: null,
    },
    run: (bench) => written(headers, bench),
  };
}

/** The headers that a manifest of these steps names. */
export function modelHeaders(manifest: Manifest): ModelHeaders {
  // The step that wrote a fact decides its type.
  return {
    files: manifest.files,
    sizesBytes: manifest.facts['sizesBytes'] as number[],
    contents: manifest.facts['contents'] as HeaderContents,
  };
}

/**
 * Writes sparse files of the right sizes with the real headers into the work directory; the name of the
 * first.
 */
export async function writeSparseModel(
  { files, sizesBytes }: Pick<ModelHeaders, 'files' | 'sizesBytes'>,
  bench: Workbench,
): Promise<string> {
  for (const [index, file] of files.entries()) {
    const path = join(bench.directory, shardFileName('model', index + 1, files.length));
    const header = join(bench.directory, file.name);
    await bench.input(file, file.name);
    await withFileBytes(header, async (source) => writeFile(path, await source.read(0, source.sizeBytes)));
    await truncate(path, sizesBytes[index] ?? 0);
  }
  return shardFileName('model', 1, files.length);
}

async function written(headers: readonly HeaderBytes[], bench: Workbench): Promise<StepOutcome> {
  const files: { name: string; path: string }[] = [];
  for (const [index, { bytes }] of headers.entries()) {
    const name = `${String(index + 1).padStart(5, '0')}.header`;
    files.push({ name, path: join(bench.directory, name) });
    await writeFile(join(bench.directory, name), bytes);
  }
  if (files.length === 0) throw new GgufError('MODEL_EMPTY', 'there is no GGUF to read');
  const contents = headerContents(headers.map(({ header }) => header));
  return {
    files,
    facts: {
      sizesBytes: headers.map(({ header }) => header.fileSizeBytes),
      contents: contents as unknown as Json,
    },
    commands: [],
  };
}

/** What headers say together: of a key in several shards, that of the first. */
export function headerContents(headers: readonly GgufHeader[]): HeaderContents {
  const metadata = new Map<string, string>();
  const blocks = new Set<number>();
  for (const header of headers) {
    for (const [key, value] of header.metadata) {
      if (key !== '__proto__' && !metadata.has(key)) metadata.set(key, typeText(value));
    }
    for (const { name } of header.tensors) {
      const block = /^blk\.(\d+)\./.exec(name)?.[1];
      if (block !== undefined) blocks.add(Number(block));
    }
  }
  // A key may have the name of a property of all objects; `__proto__` alone has no place in a manifest.
  return { metadata: Object.fromEntries(metadata), blocks: [...blocks].sort((a, b) => a - b) };
}

function typeText(value: MetadataValue): string {
  return value.type === 'array' ? `array of ${value.itemType} x ${value.length}` : value.type;
}
