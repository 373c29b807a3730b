import { join } from 'node:path';
import { checkpointLimits, jsonOrNull } from '../../core/json/json-reader.js';
import { readSmallFile } from '../../files/small-file.js';
import { readSafetensorsHeader } from './safetensors-header.js';
import type { CheckpointShards } from './unread-shards.js';

/**
 * Names of the tensors in a checkpoint's safetensors files, from their index or their headers. Files that are
 * broken or of another kind give none: what they are is for the converter to say.
 */
export async function checkpointTensors(directory: string, files: readonly string[]): Promise<string[]> {
  const index = files.find((name) => /^[^/]+\.safetensors\.index\.json$/.test(name));
  if (index !== undefined) return Object.keys(await weightMap(join(directory, index)));
  const names: string[] = [];
  for (const file of files.filter((name) => /^[^/]+\.safetensors$/.test(name)))
    names.push(...(await namesIn(join(directory, file))));
  return names;
}

/** The files of weights at the top of a checkpoint: tensors of each safetensors file, and what an index names. */
export async function checkpointShards(
  directory: string,
  files: readonly string[],
): Promise<CheckpointShards> {
  const tensors = new Map<string, string[]>();
  for (const file of files.filter((name) => /^[^/]+\.safetensors$/.test(name)))
    tensors.set(file, await namesIn(join(directory, file)));
  const isSafe = files.some((name) => /^model[^/]*\.safetensors$/.test(name));
  const index = isSafe ? 'model.safetensors.index.json' : 'pytorch_model.bin.index.json';
  const indexed = files.includes(index) ? Object.values(await weightMap(join(directory, index))) : [];
  return {
    files,
    tensors,
    indexed: indexed.length === 0 ? null : [...new Set(indexed.map(String))],
  };
}

async function namesIn(path: string): Promise<string[]> {
  const header = await readSafetensorsHeader(path);
  return 'problem' in header ? [] : Object.keys(header.entries).filter((name) => name !== '__metadata__');
}

async function weightMap(path: string): Promise<object> {
  const { weight_map: map } = objectOf(
    await readSmallFile(path, checkpointLimits.length).catch(() => ''),
  ) as { weight_map?: unknown };
  return typeof map === 'object' && map !== null ? map : {};
}

function objectOf(json: string | Uint8Array): object {
  const value = jsonOrNull(json, checkpointLimits);
  return typeof value === 'object' && value !== null ? value : {};
}
