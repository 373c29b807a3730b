import type { WorkEvent } from '../core/events.js';
import { GgufError } from '../core/errors.js';
import { inTurns } from './publish-turns.js';

/** Work that fails so many times with a code; what is told of it, and how often it was tried. */
async function tried(code: string, failures: number) {
  const events: WorkEvent[] = [];
  let turns = 0;
  const ended = await inTurns(
    (event) => events.push(event),
    () => (++turns <= failures ? Promise.reject(new GgufError(code, 'it failed')) : Promise.resolve()),
  ).catch((error: unknown) => error);
  return { turns, told: events.map(({ type }) => type), ended };
}

it.each<[string, number, number, WorkEvent['type'][], string | undefined]>([
  ['BLOB_DAMAGED', 1, 2, ['warning'], undefined],
  ['DESTINATION_CHANGED', 2, 3, ['step', 'step'], undefined],
  ['BLOB_DAMAGED', 9, 4, ['warning', 'warning', 'warning'], 'BLOB_DAMAGED'],
  ['HUB_REFUSED', 1, 1, [], 'HUB_REFUSED'],
])('%s %i times: %i turns', async (...[code, failures, turns, told, ended]) => {
  const result = await tried(code, failures);
  expect({ ...result, ended: (result.ended as { code?: string } | undefined)?.code }).toEqual({
    turns,
    told,
    ended,
  });
});
