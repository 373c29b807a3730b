import type { BenchEvidence } from '../core/generated/evidence.generated.js';
import { machineText } from './speed-text.js';

/** The machine that speeds were measured on and how, in a line. */
export function conditionsText({ machine, runtime }: BenchEvidence): string {
  return [
    machineText(machine),
    runtime.gpu === '' ? 'on the CPU' : `on ${runtime.gpu}`,
    `${runtime.threads} thread${runtime.threads === 1 ? '' : 's'}`,
  ].join(', ');
}
