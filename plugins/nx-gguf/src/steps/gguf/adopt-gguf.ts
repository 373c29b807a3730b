import type { Sha256 } from '../../core/digest.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { GgufTensor } from '../../gguf/tensor-info.js';
import { adoptHashed } from '../../store/blobs.js';
import { hashFileParts } from '../../files/hash-file.js';
import { ownFile } from '../../files/own-file.js';
import { indexTensors } from '../../store/tensor-index.js';
import { readGgufFile } from '../../files/gguf-file.js';
import type { Workbench } from '../step.js';

/**
 * Moves a finished GGUF into the store and records the digest of each tensor, computed in the same pass as
 * that of the file. `keysOf` gives the keys under which a tensor can be found again.
 */
export async function adoptGguf(
  { name, path: made }: { name: string; path: string },
  { store, directory }: Pick<Workbench, 'store' | 'directory'>,
  keysOf: (tensor: GgufTensor) => readonly Sha256[] = () => [],
): Promise<ManifestFile> {
  const path = await ownFile(directory, made);
  const { tensors } = await readGgufFile(path);
  const { parts, ...id } = await hashFileParts(
    path,
    tensors.map(({ range }) => range),
  );
  await adoptHashed(store, path, id);
  await indexTensors(store, {
    blob: id,
    tensors: tensors.map((tensor, index) => ({
      name: tensor.name,
      range: tensor.range,
      sha256: parts[index] ?? '',
      keys: keysOf(tensor),
    })),
  });
  return { name, ...id };
}
