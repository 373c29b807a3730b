import { isGgufError } from '../core/errors.js';
import type { Report } from '../core/events.js';

/** Times that a destination may change under our hands, or a disk damage a file, before the user is told. */
const mostTurns = 4;

/** What another turn may mend, and how it is told. */
const mended: ReadonlyMap<string, { type: 'step' | 'warning'; doing: string }> = new Map([
  ['DESTINATION_CHANGED', { type: 'step', doing: 'looking again' }],
  // Damaged bytes are nowhere found any more, so they are brought or made again.
  ['BLOB_DAMAGED', { type: 'warning', doing: 'it is not published like that, but brought or made again' }],
]);

/** Publishes, from the beginning when somebody else changed the destination meanwhile, or a file was damaged. */
export async function inTurns(report: Report, work: () => Promise<void>): Promise<void> {
  for (let turn = 1; ; turn++) {
    try {
      await work();
      return;
    } catch (error) {
      const next = isGgufError(error) && turn < mostTurns ? mended.get(error.code) : undefined;
      if (!isGgufError(error) || next === undefined) throw error;
      const { type, doing } = next;
      report({ type, message: `${error.message}; ${doing}` });
    }
  }
}
