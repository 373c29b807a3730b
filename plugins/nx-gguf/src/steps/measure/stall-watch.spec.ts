import { once } from 'node:events';
import { jest } from '@jest/globals';
import { stallWatch } from './stall-watch.js';

describe('stallWatch', () => {
  it('ends what stands still, and says so', async () => {
    const watch = stallWatch(undefined, 30);
    await once(watch.signal, 'abort');
    expect(watch.explained(new Error('interrupted'))).toMatchObject({ code: 'KLD_STALLED' });
  });

  it('leaves alone what moves', () => {
    jest.useFakeTimers();
    const watch = stallWatch(undefined, 400);
    for (let step = 0; step < 3; step++) {
      jest.advanceTimersByTime(399);
      watch.activity();
    }
    expect(watch.signal.aborted).toBe(false);
    jest.advanceTimersByTime(400);
    expect(watch.signal.aborted).toBe(true);
    jest.useRealTimers();
  });

  it('an interrupt is no standing still', () => {
    const abort = new AbortController();
    const watch = stallWatch(abort.signal);
    abort.abort();
    const error = new Error('interrupted');
    expect(watch.signal.aborted).toBe(true);
    expect(watch.explained(error)).toBe(error);
    watch.end();
  });
});
