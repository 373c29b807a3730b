import { GgufError } from '../../core/errors.js';
import type { Manifest, ManifestFile } from '../../core/generated/manifest.generated.js';
import type { Model } from '../../core/generated/model.generated.js';
import { publishes, splitBytes } from '../../publication/settings.js';
import { splitStep } from '../../steps/convert/split.js';
import { defaultToolchain } from '../../workspace/declared-model.js';
import type { HelperSteps, ToolchainIdentities } from '../ports.js';
import { llama } from '../upstream-files.js';

/**
 * The parts of a model that is larger than a size, made with llama-gguf-split when the store has none; null
 * when it is published as it is, as all are when no size is given.
 * @throws GgufError `SPLIT_IMPOSSIBLE` for a model in several files, one of which is too large
 */
export async function partsAbove(
  files: readonly ManifestFile[],
  { project, model, maxSize }: { project: string; model: Model; maxSize: string | null },
  ports: ToolchainIdentities & HelperSteps,
): Promise<Manifest | null> {
  if (maxSize === null) return null;
  const tooLarge = files.filter(({ sizeBytes }) => sizeBytes > splitBytes(maxSize));
  const [file] = tooLarge;
  if (file === undefined) return null;
  if (files.length > 1)
    throw new GgufError(
      'SPLIT_IMPOSSIBLE',
      `${project}:publish: ${tooLarge.map(({ name }) => name).join(', ')}: a part of a split model is larger than ${maxSize}, and llama-gguf-split splits whole models only`,
      { hint: 'Convert with a smaller --split-max-size, or quantize without "keepSplit".' },
    );
  const toolchain = model.toolchain ?? defaultToolchain;
  return ports.perform(splitStep({ file, maxSize, toolchain: await llama(ports, toolchain) }), toolchain, {
    needFiles: false,
  });
}

/**
 * The parts in which a GGUF is going to be published, as far as model.json says; null for one that is not
 * published, or is published in one piece.
 */
export async function declaredParts(
  gguf: { what: { variant: string } | 'unquantized'; files: readonly ManifestFile[] },
  { project, model }: { project: string; model: Model },
  ports: ToolchainIdentities & HelperSteps,
): Promise<Manifest | null> {
  const isPublished = model.publish?.to !== undefined && publishes(model, gguf.what);
  // A model that cannot be split is reported by the target that publishes it.
  return isPublished && gguf.files.length === 1
    ? partsAbove(gguf.files, { project, model, maxSize: model.publish?.splitMaxSize ?? null }, ports)
    : null;
}
