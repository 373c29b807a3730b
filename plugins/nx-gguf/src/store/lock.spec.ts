import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.js';
import { otherProcess } from './testing/other-process.js';
import { age, temporaryDirectory } from './testing/temporary-store.js';

/** A lock that some process holds, or held until it died. */
function heldLock(): string {
  const path = join(temporaryDirectory(), 'ab/lock');
  mkdirSync(`${path}.lock`, { recursive: true });
  return path;
}

describe('withLock', () => {
  it('lets one process at a time work', async () => {
    const directory = temporaryDirectory();
    const file = join(directory, 'count');
    writeFileSync(file, '0');
    const processes = [1, 2].map(() => otherProcess('count-alone', join(directory, 'lock'), file, '3'));
    await Promise.all(processes.map(({ ended }) => ended));
    expect(readFileSync(file, 'utf8')).toBe('6');
    expect(existsSync(join(directory, 'lock.lock'))).toBe(false);
  });

  it('lets one at a time work within a process, and says once that it waits', async () => {
    const path = join(temporaryDirectory(), 'lock');
    let [working, most, waits] = [0, 0, 0];
    const work = async (): Promise<void> => {
      most = Math.max(most, ++working);
      // Whoever is first works until the other one says that it waits.
      while (waits === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      working--;
    };
    const onWait = (): void => {
      waits++;
    };
    await Promise.all([withLock(path, work, { onWait }), withLock(path, work, { onWait })]);
    expect([most, waits]).toEqual([1, 1]);
  });

  it('gives what the work gives, and is free again when the work failed', async () => {
    const path = join(temporaryDirectory(), 'lock');
    await expect(withLock(path, () => Promise.resolve(7))).resolves.toBe(7);
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(withLock(path, () => Promise.resolve(8))).resolves.toBe(8);
  });

  it('takes over from a process that died', async () => {
    const path = heldLock();
    age(`${path}.lock`, 11_000);
    let waits = 0;
    await expect(withLock(path, () => Promise.resolve('mine'), { onWait: () => waits++ })).resolves.toBe(
      'mine',
    );
    expect(waits).toBe(0);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('can be interrupted while it waits', async () => {
    const abort = new AbortController();
    let ran = false;
    const waiting = withLock(heldLock(), () => Promise.resolve((ran = true)), {
      signal: abort.signal,
      onWait: () => abort.abort(),
    });
    await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(ran).toBe(false);
  });

  it('does not begin when it was interrupted already', async () => {
    const path = join(temporaryDirectory(), 'lock');
    await expect(
      withLock(path, () => Promise.resolve(), { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(existsSync(`${path}.lock`)).toBe(false);
  });
});
