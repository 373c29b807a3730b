import { watchReader } from './reader-pace.js';

const pace = { leastBytesPerSecond: 1000, overSeconds: 10 };

/** A reader that takes pieces of some bytes, so many in each ten seconds; in which turn it was late, if any. */
function lateAfter(
  piecesATurn: readonly number[],
  { piece = 1000, isWaiting = true, isEnded = false, least = pace.leastBytesPerSecond } = {},
): number | null {
  let tick = (): void => undefined;
  let late: number | null = null;
  let turn = 0;
  let ends = 0;
  const watch = watchReader(
    { writableNeedDrain: isWaiting, writableEnded: isEnded },
    { ...pace, leastBytesPerSecond: least },
    {
      onLate: () => (late ??= turn),
      every: (ms, work) => {
        expect(ms).toBe(10_000);
        tick = work;
        return () => ends++;
      },
    },
  );
  watch.sent(piece);
  for (const pieces of piecesATurn) {
    turn++;
    for (let index = 0; index < pieces; index++) watch.sent(piece);
    tick();
  }
  watch.end();
  expect(ends).toBe(least === 0 ? 0 : 1);
  return late;
}

describe('a reader', () => {
  it.each<[string, number[], Parameters<typeof lateAfter>[1], number | null]>([
    ['that keeps the pace goes on', [10, 10, 10, 10], {}, null],
    ['of drops is late', [1, 1, 1, 1], {}, 2],
    ['that takes nothing is late', [0, 0, 0], {}, 2],
    ['that was fast once has no credit for it', [1000, 0, 0, 0], {}, 3],
    ['that waits for the storage is not late', [0, 0, 0], { isWaiting: false }, null],
    ['of large pieces has the time that one takes', [0, 0, 0, 0, 0, 1], { piece: 50_000 }, null],
    ['of large pieces is late beyond that', [0, 0, 0, 0, 0, 0, 0], { piece: 50_000 }, 7],
    ['of the last piece is watched too', [0, 0, 0], { isWaiting: false, isEnded: true }, 2],
    ['may have any pace where none is asked for', [0, 0, 0], { least: 0 }, null],
  ])('%s', (...[, turns, options, late]) => {
    expect(lateAfter(turns, options)).toBe(late);
  });
});
