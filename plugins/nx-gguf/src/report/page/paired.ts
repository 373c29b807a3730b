import type { Evidence } from '../../core/generated/evidence.generated.js';
import { decidableFigures, methodText } from '../card/paired-section.js';
import { metricNamed } from '../../kld/metrics/registry.js';
import { closerText, differenceText, intervalText } from '../comparison-text.js';
import { metricHeading } from '../metric-text.js';
import { html, type Html } from './html.js';
import { tableHtml, type Cell } from './table.js';

/**
 * Which of two models is closer, chunk by chunk on the same text, and how sure that is; nothing where no pair
 * was compared.
 */
export function pairedHtml({ comparisons }: Evidence): Html | null {
  const [first] = comparisons;
  if (first === undefined) return null;
  const unknown: Cell = { shown: html`<span class="missing">unknown</span>`, sort: null };
  const rows = comparisons.flatMap((comparison) =>
    decidableFigures(comparison).map((compared): Cell[] => {
      const metric = metricNamed(compared.metric);
      const { digits } = metric;
      const { difference } = compared;
      return [
        { shown: `${comparison.a} − ${comparison.b}` },
        { shown: metricHeading(metric) },
        difference === null ? unknown : { shown: differenceText(difference, digits), sort: difference.mean },
        difference?.interval
          ? { shown: intervalText(difference.interval, digits), sort: difference.interval.low }
          : unknown,
        { shown: closerText(comparison, compared) },
      ];
    }),
  );
  const columns = [
    { label: 'Compared' },
    { label: 'Difference of' },
    { label: 'Difference', isNumber: true },
    { label: `${first.confidencePercent} % interval`, isNumber: true },
    { label: 'Closer' },
  ];
  return html`<details><summary>Which of two is closer, chunk by chunk on the same text</summary>${tableHtml({ caption: 'Which of two is closer', columns, rows }, { isSortable: true })}<p class="note">${methodText(first)}</p></details>`;
}
