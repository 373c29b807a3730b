import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isGgufError, systemErrorCode } from '../../core/errors.js';
import { withFileBytes } from '../../files/gguf-file.js';
import { readGgufHeader, type GgufHeader } from '../../gguf/header/header.js';
import { readRawMetadata, withInteger, type RawMetadata } from '../../gguf/header/metadata-bytes.js';
import type { Workbench } from '../step.js';
import { composedOf, isAsComposed } from './composed-output.js';
import { runPart, type ModelPart } from './model-part.js';
import { subsetOf } from './subset-gguf.js';

/** What llama-quantize writes for an output besides its tensors. */
export interface OutputMetadata {
  raw: RawMetadata;
  header: GgufHeader;
}

/**
 * The metadata that llama-quantize writes for each output; null where it lays a file out in another way than
 * this code would.
 */
export async function metadataFrom(part: ModelPart, bench: Workbench): Promise<OutputMetadata[] | null> {
  const smallest = subsetOf(part);
  if (!(await runPart(smallest, part, { quiet: true, bench }))) return null;
  const found: OutputMetadata[] = [];
  for (const { name: file, tensors } of smallest.outputs) {
    const path = join(bench.directory, file);
    const read = await withFileBytes(path, async (source) => {
      const header = await readGgufHeader(source);
      return { header, raw: await readRawMetadata(source, header) };
    }).catch(noGguf);
    if (read === null || !(await isAsComposed({ path, composed: composedOf(read.raw, tensors) })))
      return null;
    await rm(path);
    found.push(read);
  }
  return found;
}

function noGguf(error: unknown): null {
  if ((isGgufError(error) && error.code.startsWith('GGUF_')) || systemErrorCode(error) === 'ENOENT')
    return null;
  throw error;
}

/** Metadata that name another number of tensors in all shards, where they name one. */
export function withCount({ raw, header }: OutputMetadata, count: number): OutputMetadata {
  return { header, raw: withInteger(raw, header, { key: 'split.tensors.count', value: count }) };
}
