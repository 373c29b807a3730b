import { digestOf, type Sha256 } from '../core/digest.js';
import type { ManifestFile } from '../core/generated/manifest.generated.js';
import type { GgufHeader } from '../gguf/header.js';
import { isTokenEmbedding } from '../quant/imatrix-use.js';
import { readLegacyImatrix } from '../quant/legacy-imatrix.js';
import { readGgufFile, withFileSource } from './gguf-file.js';
import type { Workbench } from './step.js';
import { tensorDigests } from './tensor-digests.js';

/** The digest of the importance data of a tensor, null when there is none; `isUnfit` where llama-quantize would fail on it. */
export type Slice = { digest: Sha256 | null } | { isUnfit: true };

/** The parts of an importance matrix, by the tensor they are for. */
export type SliceOf = (tensor: { name: string; shape: readonly number[] }) => Slice;

/** The slices of an importance matrix; null for a file that llama-quantize would refuse. */
export async function imatrixSlices(file: ManifestFile, path: string, bench: Pick<Workbench, 'store' | 'report' | 'signal'>): Promise<SliceOf | null> {
  const isGguf = await withFileSource(path, async (source) => source.sizeBytes >= 4 && Buffer.from(await source.read(0, 4)).toString('latin1') === 'GGUF');
  if (!isGguf) return legacySlices(file, path);
  const header = await readGgufFile(path).catch(() => null);
  return header === null ? null : slicesOf(header, await tensorDigests(file, path, bench));
}

// The legacy format has no digests of its parts: the whole matrix counts, and the name, which finds the data in it.
async function legacySlices(file: ManifestFile, path: string): Promise<SliceOf | null> {
  const names = await withFileSource(path, readLegacyImatrix).then(({ tensors }) => new Set(tensors), () => null);
  return names === null ? null : ({ name }) => ({ digest: names.has(name) ? digestOf({ legacy: file.sha256, name }) : null });
}

/** Follows common_imatrix_load of common/imatrix-loader.cpp and the size check of src/llama-quant.cpp. */
function slicesOf(header: GgufHeader, digests: ReadonlyMap<string, Sha256>): SliceOf | null {
  const byName = new Map(header.tensors.map((tensor) => [tensor.name, tensor]));
  const entries = new Map<string, { digest: Sha256; elements: number }>();
  for (const { name, shape, type } of header.tensors) {
    const entry = /^(.*)\.(in_sum2|counts)$/s.exec(name)?.[1];
    if (entry === undefined) continue;
    const counts = byName.get(`${entry}.counts`);
    if (!byName.has(`${entry}.in_sum2`) || counts === undefined || type !== 'f32') return null;
    if (name.endsWith('.counts')) continue;
    const parts = [digests.get(name) ?? '', digests.get(counts.name) ?? ''];
    entries.set(entry, { digest: digestOf(parts), elements: shape.reduce((count, size) => count * size, 1) });
  }
  return ({ name, shape: [row = 1, , experts = 1] }) => {
    const entry = entries.get(name);
    if (entry === undefined) return { digest: null };
    if (entry.elements === row * experts) return { digest: entry.digest };
    return isTokenEmbedding(name) ? { digest: null } : { isUnfit: true };
  };
}
