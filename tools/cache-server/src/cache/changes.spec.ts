import { createChanges } from './changes.js';

describe('changes', () => {
  it('are seen while they go on, and when they began meanwhile, and not before or after', async () => {
    const changes = createChanges();
    await changes.during(() => Promise.resolve());
    const quiet = changes.watch();
    expect(quiet()).toBe(true);
    let end: () => void = () => undefined;
    const change = changes.during(() => new Promise<void>((resolve) => void (end = resolve)));
    const meanwhile = changes.watch();
    end();
    await change;
    expect([quiet(), meanwhile(), changes.watch()()]).toEqual([false, false, true]);
  });

  it('are seen when they are over at once', () => {
    const changes = createChanges();
    const quiet = changes.watch();
    changes.happened();
    expect(quiet()).toBe(false);
  });

  it('end where they fail', async () => {
    const changes = createChanges();
    await expect(changes.during(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(changes.watch()()).toBe(true);
  });
});
