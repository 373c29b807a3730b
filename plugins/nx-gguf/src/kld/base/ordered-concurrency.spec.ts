import { setImmediate } from 'node:timers/promises';
import { orderedConcurrency } from './ordered-concurrency.js';

async function* upTo(
  count: number,
  seen: { started: number; closed: boolean },
): AsyncGenerator<number, void, undefined> {
  try {
    for (let item = 0; item < count; item += 1) {
      seen.started += 1;
      yield await Promise.resolve(item);
    }
  } finally {
    seen.closed = true;
  }
}

describe('work in order', () => {
  it('gives results in the order of the items, whichever is done first', async () => {
    const work = async (item: number): Promise<number> => {
      for (let turn = 0; turn < (7 * item) % 5; turn += 1) await setImmediate();
      return item * 10;
    };
    const results = [];
    for await (const result of orderedConcurrency(upTo(20, { started: 0, closed: false }), work, 4))
      results.push(result);
    expect(results).toEqual(Array.from({ length: 20 }, (_, item) => item * 10));
  });

  it('takes no more items than it may work on, and tells the source when nobody wants more', async () => {
    const seen = { started: 0, closed: false };
    for await (const result of orderedConcurrency(upTo(20, seen), (item) => Promise.resolve(item), 3)) {
      expect(seen.started).toBeLessThanOrEqual(result + 3);
      if (result === 5) break;
    }
    expect(seen).toEqual({ started: 8, closed: true });
  });

  it('fails in the turn of the item that failed', async () => {
    const results: number[] = [];
    const seen = { started: 0, closed: false };
    const all = async (): Promise<void> => {
      for await (const result of orderedConcurrency(
        upTo(20, seen),
        (item) => (item === 4 ? Promise.reject(new Error('item 4')) : Promise.resolve(item)),
        3,
      ))
        results.push(result);
    };
    await expect(all()).rejects.toThrow('item 4');
    expect(results).toEqual([0, 1, 2, 3]);
    expect(seen.closed).toBe(true);
  });
});
