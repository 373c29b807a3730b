import { digestOf, type Sha256 } from '../../core/digest.js';
import { GgufError } from '../../core/errors.js';
import type { Report } from '../../core/events.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import { hashFileParts } from '../../files/hash-file.js';
import type { StoreLayout } from '../../store/layout.js';
import { withLock } from '../../store/lock.js';
import { indexTensors, readTensorIndex } from '../../store/tensor-index.js';
import { readGgufFile } from '../../files/gguf-file.js';

/**
 * The sha256 of every tensor of a GGUF, by name: as recorded when it came into the store, else computed in
 * one pass, once for each file whatever the number of processes that ask.
 * @throws GgufError `SOURCE_DAMAGED` when the file is not what its digest says.
 */
export async function tensorDigests(
  file: ManifestFile,
  path: string,
  { store, report, signal }: { store: StoreLayout; report: Report; signal: AbortSignal | undefined },
): Promise<ReadonlyMap<string, Sha256>> {
  const recorded = await recordedDigests(store, file);
  if (recorded !== null) return recorded;
  return withLock(
    store.actionLock(digestOf({ tensorsOf: file.sha256 })),
    async () => {
      const finished = await recordedDigests(store, file);
      if (finished !== null) return finished;
      const { tensors } = await readGgufFile(path);
      let done = 0;
      const { parts, sha256 } = await hashFileParts(
        path,
        tensors.map(({ range }) => range),
        (count) => {
          done += count;
          report({
            type: 'progress',
            label: `reading ${file.name}`,
            done,
            total: file.sizeBytes,
            unit: 'bytes',
          });
        },
      );
      if (sha256 !== file.sha256) throw sourceDamaged(file);
      await indexTensors(store, {
        blob: file,
        tensors: tensors.map(({ name, range }, index) => ({
          name,
          range,
          sha256: parts[index] ?? '',
          keys: [],
        })),
      });
      return new Map(tensors.map(({ name }, index) => [name, parts[index] ?? '']));
    },
    signal === undefined ? {} : { signal },
  );
}

/** The error of an input whose bytes are not those that its digest names. */
export function sourceDamaged({ name, sha256 }: Pick<ManifestFile, 'name' | 'sha256'>): GgufError {
  return new GgufError(
    'SOURCE_DAMAGED',
    `${name} does not have the bytes that its digest ${sha256.slice(0, 16)}… names any more`,
    { hint: 'Run `npx nx-gguf store verify --repair`: damaged files are removed and made again.' },
  );
}

async function recordedDigests(
  store: StoreLayout,
  { sha256 }: ManifestFile,
): Promise<ReadonlyMap<string, Sha256> | null> {
  const index = await readTensorIndex(store, sha256);
  return index === null ? null : new Map(index.tensors.map((tensor) => [tensor.name, tensor.sha256]));
}
