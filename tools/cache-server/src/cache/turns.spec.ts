import { setImmediate } from 'node:timers/promises';
import type { LimitFunction } from 'p-limit';
import { createTurns } from './turns.js';

describe('turns', () => {
  it('are taken in the order of coming, so many of a key at a time', async () => {
    const turn = createTurns(2);
    const started: number[] = [];
    let running = 0;
    let most = 0;
    const work = async (item: number): Promise<number> => {
      started.push(item);
      most = Math.max(most, ++running);
      for (let pause = 0; pause <= (7 * item) % 3; pause += 1) await setImmediate();
      running -= 1;
      return item;
    };
    const items = [0, 1, 2, 3, 4, 5, 6, 7];
    expect(await Promise.all(items.map((item) => turn('a', () => work(item))))).toEqual(items);
    expect(started).toEqual(items);
    expect(most).toBe(2);
  });

  it('do not wait for works of another key', async () => {
    const turn = createTurns(1);
    let finish: () => void = () => undefined;
    const first = turn('a', () => new Promise<void>((resolve) => (finish = resolve)));
    expect(await turn('b', () => Promise.resolve('done'))).toBe('done');
    finish();
    await first;
  });

  it('go on after a work that failed', async () => {
    const turn = createTurns(1);
    const failed = turn('a', () => Promise.reject(new Error('no')));
    const next = turn('a', () => Promise.resolve('done'));
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('done');
  });

  it('keep nothing of a key that nobody uses any more', async () => {
    const limits = new Map<string, LimitFunction>();
    const turn = createTurns(1, limits);
    const works = [1, 2, 3].map((item) => turn('a', () => Promise.resolve(item)));
    const failed = turn('b', () => Promise.reject(new Error('no')));
    expect([...limits.keys()]).toEqual(['a', 'b']);
    await Promise.allSettled([...works, failed]);
    expect([...limits.keys()]).toEqual([]);
  });
});
