import { once } from 'node:events';
import { stallWatch } from './stall-watch.js';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('stallWatch', () => {
  it('ends what stands still, and says so', async () => {
    const watch = stallWatch(undefined, 30);
    await once(watch.signal, 'abort');
    expect(watch.explained(new Error('interrupted'))).toMatchObject({ code: 'KLD_STALLED' });
  });

  it('leaves alone what moves', async () => {
    const watch = stallWatch(undefined, 400);
    for (let step = 0; step < 12; step++) {
      await pause(50);
      watch.activity();
    }
    expect(watch.signal.aborted).toBe(false);
    watch.end();
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
