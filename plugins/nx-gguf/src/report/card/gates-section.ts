import type { Evidence } from '../../core/generated/evidence.generated.js';
import type { GateResult } from '../../core/generated/gate.generated.js';
import { gateSummary, gateTable } from '../gate-table.js';
import { folded } from './markdown.js';

/** What the recipe requires of the variants and whether it holds; nothing where it requires nothing. */
export function gatesSection({ variants }: Evidence): string {
  const [first, ...others] = variants.flatMap(({ gates }) => gates ?? []);
  if (first === undefined) return '';
  const checks: GateResult['checks'] = [first, ...others];
  const result: GateResult = {
    format: 1,
    method: 'measured value against limit',
    passed: checks.every(({ passed }) => passed),
    checks,
  };
  return folded(`What the recipe requires of these files: ${gateSummary(result)}`, gateTable(result));
}
