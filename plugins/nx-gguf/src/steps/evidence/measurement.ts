import { GgufError } from '../../core/errors.js';
import type { Measurement } from '../../core/generated/evidence.generated.js';
import type { KldResult, KldStatistics } from '../../core/generated/kld.generated.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import { fact } from '../facts.js';

/** A measurement's artifact, and the kld.json that it holds, if it does. */
export interface MeasuredArtifact {
  target: string;
  manifest: Manifest;
  result: KldResult | null;
}

/**
 * What was measured on a model.
 * @throws GgufError `MEASURED_ANOTHER_FILE` when the figures belong to other bytes than the model's
 */
export function measurementOf(measured: MeasuredArtifact | null, model: Manifest): Measurement {
  if (measured === null) return null;
  const { manifest, result, target } = measured;
  const subject =
    result?.subject.variant ?? manifest.provenance.inputs.filter(({ role }) => role === 'variant');
  const digests = (of: readonly { sha256: string }[]): string =>
    of
      .map(({ sha256 }) => sha256)
      .sort()
      .join();
  if (digests(subject) !== digests(model.files)) {
    throw new GgufError(
      'MEASURED_ANOTHER_FILE',
      `${target} measured other bytes than those of ${model.files.map(({ name }) => name).join(', ')}`,
      { hint: `Run the target ${target}, and then this one again.` },
    );
  }
  const statistics = result?.statistics ?? fact<KldStatistics>(manifest, 'statistics');
  return statistics === null ? null : { statistics, running: result?.running ?? null };
}
