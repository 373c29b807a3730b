import type { ApartEvidence, Evidence } from '../core/generated/evidence.generated.js';
import { summaryFigures } from './metric-text.js';

/** The text in place of a missing figure. */
export const notMeasured = 'not measured';

/** The text in place of a figure that cannot be compared with the others. */
const measuredApart = 'measured differently';

/** The introduction of results that cannot be compared with the others. */
export const apartIntroduction =
  'Measured differently, and so not to be compared with any other figure here:';

/** The text for a model without a measurement that can be compared with the others. */
export function missingFigure({ apart }: Pick<Evidence, 'apart'>, name: string): string {
  return apart.some((result) => result.name === name) ? measuredApart : notMeasured;
}

/** The figures of a result that stands apart and why it does, in a line. */
export function apartText({ measurement, why }: ApartEvidence): string {
  const statistics = measurement?.statistics;
  const figures =
    statistics === undefined
      ? []
      : [
          `${summaryFigures(statistics).join(', ')} on ${statistics.chunks} chunks of ${statistics.ctx} tokens`,
        ];
  return [...figures, ...why].join('; ');
}
