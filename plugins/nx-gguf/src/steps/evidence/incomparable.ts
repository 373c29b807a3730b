import type { ApartEvidence, Measurement } from '../../core/generated/evidence.generated.js';
import {
  conditionDifferences,
  differenceWords,
  unknownConditions,
  type MeasuringConditions,
} from '../../kld/statistics/conditions.js';
import { measuredConditions } from './measured-conditions.js';
import type { MeasuredArtifact } from './measurement.js';

/** A model with its measurement, and the artifact that this comes from. */
export interface MeasuredFigures {
  readonly name: string;
  readonly measured: MeasuredArtifact | null;
  readonly measurement: Measurement;
}

/** A result with how it came about. */
interface Judged extends MeasuredFigures {
  readonly conditions: MeasuringConditions;
  readonly isWhole: boolean;
}

const stoppedEarly = 'how much was read: a comparison that stopped early, not all of the text';

/**
 * The results that cannot stand beside the others, and why. Where results were measured in several ways,
 * those count that most models have, then those of the model that comes first; but always results against the
 * unquantized model as it is now.
 * @param base digests of the unquantized model, or null when they are not known
 */
export function incomparableResults(
  models: readonly MeasuredFigures[],
  base: string | null,
): ApartEvidence[] {
  const judged = models.flatMap(({ name, measured, measurement }): Judged[] => {
    const isWhole = measured?.manifest.step === 'kld';
    return measured === null || (isWhole && measurement === null)
      ? []
      : [
          {
            name,
            measured,
            measurement,
            conditions: measuredConditions(measured.manifest, measured.result),
            isWhole,
          },
        ];
  });
  const standard = commonConditions(judged, { ...unknownConditions, base });
  return judged.flatMap(({ name, measurement, conditions, isWhole }): ApartEvidence[] => {
    const [first, ...others] = [
      ...(isWhole ? [] : [stoppedEarly]),
      ...conditionDifferences(conditions, standard).map(differenceWords),
    ];
    return first === undefined ? [] : [{ name, measurement, why: [first, ...others] }];
  });
}

function commonConditions(judged: readonly Judged[], required: MeasuringConditions): MeasuringConditions {
  const groups: { conditions: MeasuringConditions; size: number }[] = [];
  for (const { conditions, isWhole } of judged) {
    if (!isWhole || conditionDifferences(conditions, required).length > 0) continue;
    const group = groups.find((one) => conditionDifferences(one.conditions, conditions).length === 0);
    if (group === undefined) groups.push({ conditions, size: 1 });
    else group.size += 1;
  }
  const [largest] = groups.sort((a, b) => b.size - a.size);
  return largest?.conditions ?? required;
}
