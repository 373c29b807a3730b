import type { GateCheck } from '../../core/generated/gate.generated.js';
import type { Evidence } from '../../core/generated/evidence.generated.js';
import { gateCells } from '../gate-table.js';
import { html, type Html } from './html.js';
import { tableHtml, type Cell } from './table.js';

/** What the recipe requires of the variants and what came of it; the failures first. */
export function gatesSection({ variants }: Evidence): Html {
  const checks = variants.flatMap(({ gates }) => gates ?? []);
  if (checks.length === 0) return html`<p>The recipe requires nothing of these files.</p>`;
  const ordered = [...checks.filter(({ passed }) => !passed), ...checks.filter(({ passed }) => passed)];
  return tableHtml(
    {
      caption: 'What is required, and what was measured',
      columns: [
        { label: 'Variant' },
        { label: 'Result' },
        { label: 'Metric' },
        { label: 'Required' },
        { label: 'Measured', isNumber: true },
        { label: 'Missed by', isNumber: true },
      ],
      rows: ordered.map((check): Cell[] => {
        const [variant = '', metric = '', required = '', measured = '', missedBy = ''] = gateCells(check);
        return [
          { shown: variant },
          { shown: resultHtml(check) },
          { shown: metric },
          { shown: required },
          { shown: check.measured === null ? html`<span class="missing">${measured}</span>` : measured },
          { shown: missedBy === '' ? '–' : missedBy },
        ];
      }),
    },
    { isSortable: true },
  );
}

function resultHtml({ passed }: GateCheck): Html {
  return passed ? html`<span class="passed">passed</span>` : html`<span class="failed">failed</span>`;
}
