import { digestOf, type Sha256 } from '../../core/digest.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { GgufHeader } from '../../gguf/header/header.js';
import { elementCount } from '../../gguf/weight-count.js';
import { isTokenEmbedding } from '../../quant/plan/imatrix-use.js';
import { readLegacyImatrix } from '../../quant/tool/legacy-imatrix.js';
import { hashFileParts } from '../../files/hash-file.js';
import { readGgufFile, withFileBytes } from '../../files/gguf-file.js';
import { isGguf } from './imatrix-file.js';
import type { Workbench } from '../step.js';
import { sourceDamaged, tensorDigests } from '../quantize/tensor-digests.js';

/**
 * The digest of the importance data of a tensor, null when there is none; `isUnfit` where llama-quantize
 * would fail on it.
 */
export type Slice = { digest: Sha256 | null } | { isUnfit: true };

/** The parts of an importance matrix. */
export interface ImatrixSlices {
  of: (tensor: { name: string; shape: readonly number[] }) => Slice;
}

/** What is known of the data of one tensor. */
interface Entry {
  digest: Sha256;
  elements: number;
}

/** The slices of an importance matrix; null for a file that llama-quantize would refuse. */
export async function imatrixSlices(
  file: ManifestFile,
  path: string,
  bench: Pick<Workbench, 'store' | 'report' | 'signal'>,
): Promise<ImatrixSlices | null> {
  if (!(await withFileBytes(path, isGguf))) return slicesOf(await legacyEntries(file, path));
  const header = await readGgufFile(path).catch(() => null);
  return header === null ? null : slicesOf(ggufEntries(header, await tensorDigests(file, path, bench)));
}

/** Follows the size check of src/llama-quant.cpp. */
function slicesOf(entries: ReadonlyMap<string, Entry> | null): ImatrixSlices | null {
  if (entries === null) return null;
  return {
    of: ({ name, shape: [row = 1, , experts = 1] }) => {
      const entry = entries.get(name);
      if (entry === undefined) return { digest: null };
      if (entry.elements === row * experts) return { digest: entry.digest };
      return isTokenEmbedding(name) ? { digest: null } : { isUnfit: true };
    },
  };
}

/** Follows common_imatrix_load of common/imatrix-loader.cpp. */
function ggufEntries(header: GgufHeader, digests: ReadonlyMap<string, Sha256>): Map<string, Entry> | null {
  const byName = new Map(header.tensors.map((tensor) => [tensor.name, tensor]));
  const entries = new Map<string, Entry>();
  for (const { name, shape, type } of header.tensors) {
    const entry = /^(.*)\.(in_sum2|counts)$/s.exec(name)?.[1];
    if (entry === undefined) continue;
    const counts = byName.get(`${entry}.counts`);
    if (!byName.has(`${entry}.in_sum2`) || counts === undefined || type !== 'f32') return null;
    if (name.endsWith('.counts')) continue;
    const parts = [digests.get(name) ?? '', digests.get(counts.name) ?? ''];
    entries.set(entry, { digest: digestOf(parts), elements: elementCount(shape) });
  }
  return entries;
}

/**
 * Follows common_imatrix_load_legacy; of entries with the same name the last counts. The files are small:
 * they are hashed anew each time.
 */
async function legacyEntries(file: ManifestFile, path: string): Promise<Map<string, Entry> | null> {
  const found = await withFileBytes(path, readLegacyImatrix).catch(() => null);
  if (
    found === null ||
    found.entries.length === 0 ||
    found.entries.some(({ name, elements }) => elements === 0 || name.includes('\0'))
  )
    return null;
  const { parts, sha256 } = await hashFileParts(
    path,
    found.entries.map(({ range }) => range),
  );
  if (sha256 !== file.sha256) throw sourceDamaged(file);
  return new Map(
    found.entries.map(({ name, elements }, index) => [
      name,
      { digest: digestOf({ legacy: parts[index] ?? '' }), elements },
    ]),
  );
}
