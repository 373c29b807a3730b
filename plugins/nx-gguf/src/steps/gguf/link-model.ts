import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import { GgufError } from '../../core/errors.js';
import type { Workbench } from '../step.js';

/** Makes a model, or all shards of one, readable in the work directory; the name of the (first) file. */
export async function linkModel(
  files: readonly ManifestFile[],
  bench: Pick<Workbench, 'input'>,
): Promise<string> {
  const [first] = files;
  if (first === undefined) throw new GgufError('MODEL_EMPTY', 'there is no GGUF to read');
  for (const file of files) await bench.input(file, file.name);
  return first.name;
}
