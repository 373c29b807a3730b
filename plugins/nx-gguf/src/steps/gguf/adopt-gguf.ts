import type { Sha256 } from '../../core/digest.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { GgufTensor } from '../../gguf/header/tensor-info.js';
import { adoptHashed } from '../../store/blobs.js';
import { hashSettled } from '../../files/hash-settled.js';
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
  { store, directory, checkInputs }: Pick<Workbench, 'store' | 'directory' | 'checkInputs'>,
  keysOf: (tensor: GgufTensor) => readonly Sha256[] = () => [],
): Promise<ManifestFile> {
  const path = await ownFile(directory, made);
  const { tensors } = await readGgufFile(path);
  const hashed = await hashSettled(path, { parts: tensors.map(({ range }) => range) });
  if (hashed === null) throw new Error(`${path} is gone`);
  const { parts, sha256, sizeBytes } = hashed;
  const id = { sha256, sizeBytes };
  await checkInputs();
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
