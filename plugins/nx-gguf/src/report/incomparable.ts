import { counted } from '../core/counted.js';
import type { ApartEvidence, Evidence } from '../core/generated/evidence.generated.js';
import { summaryFigures } from './metric-text.js';

/** What is shown in place of a figure that there is none of. */
export const notMeasured = 'not measured';

/** What is shown in place of a figure that cannot stand beside the others. */
const measuredApart = 'measured differently';

/** What introduces results that cannot be compared with the others. */
export const incomparableIntroduction =
  'Measured differently, and so not to be compared with any other figure here:';

/** What is shown of a model without a measurement that can stand beside the others. */
export function missingFigure({ apart }: Pick<Evidence, 'apart'>, name: string): string {
  return apart.some((result) => result.name === name) ? measuredApart : notMeasured;
}

/** The figures of a result that stands apart and why it does, in a line. */
export function incomparableText({ measurement, why }: ApartEvidence): string {
  const statistics = measurement?.statistics;
  const figures =
    statistics === undefined
      ? []
      : [
          `${summaryFigures(statistics).join(', ')} on ${counted(statistics.chunks, 'chunk')} of ${statistics.ctx} tokens`,
        ];
  return [...figures, ...why].join('; ');
}
