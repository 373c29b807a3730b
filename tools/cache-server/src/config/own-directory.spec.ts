import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processFileName } from 'nx-gguf/store';
import { temporaryDirectory } from '../testing/running-server.js';
import { takeDirectory } from './own-directory.js';

const timing = { renewMs: 1000, silentMs: 200 };
/** A wait for silence that no test outlives. */
const patient = { renewMs: 1000, silentMs: 3_600_000 };
const [space = '', , start = ''] = processFileName().split('-');
const boot = existsSync('/proc/sys/kernel/random/boot_id')
  ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  : '';

/** A directory with the lock of another server. */
function lockedBy(owner: object | null): { directory: string; lock: string } {
  const directory = temporaryDirectory();
  const lock = join(directory, 'server.lock');
  mkdirSync(lock);
  if (owner !== null) writeFileSync(join(directory, 'server'), JSON.stringify(owner));
  return { directory, lock };
}

function ownerWith({
  pid = 1,
  at = boot,
  name = '',
}: { pid?: number; at?: string; name?: string } = {}): object {
  const owner = name === '' ? `${space}-${pid}-${start}-${'0'.repeat(12)}` : name;
  return { name: owner, host: 'builder-7', pid, boot: at };
}

describe('a directory', () => {
  it('is taken by one of many that come at once, and by the next when it is given back', async () => {
    const directory = temporaryDirectory();
    const results = await Promise.allSettled(
      Array.from({ length: 4 }, () => takeDirectory(directory, { timing: patient })),
    );
    const [taken] = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const refused = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as Error] : [],
    );
    expect(refused.length).toBe(3);
    for (const error of refused)
      expect(error).toMatchObject({
        code: 'DIRECTORY_IN_USE',
        message: expect.stringContaining(`process ${process.pid} of `) as string,
      });
    await taken?.release();
    await (await takeDirectory(directory, { timing: patient })).release();
    expect(existsSync(join(directory, 'server.lock'))).toBe(false);
  });

  (boot === '' ? it.skip : it)('of a server that was killed is taken at once', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const { directory } = lockedBy(ownerWith({ pid }));
    await (await takeDirectory(directory, { timing: patient })).release();
  });

  (boot === '' ? it.skip : it)('of another process of the same number is taken at once', async () => {
    const pid = process.pid;
    const { directory } = lockedBy(ownerWith({ pid, name: `${space}-${pid}-1-${'0'.repeat(12)}` }));
    await (await takeDirectory(directory, { timing: patient })).release();
  });

  it.each([
    ['another machine', ownerWith({ at: 'another' })],
    [
      'another container with the same number',
      ownerWith({ name: `${'f'.repeat(12)}-1-1-${'0'.repeat(12)}` }),
    ],
    ['a version that left no name', null],
  ])('of a server of %s that is silent is taken, whatever its clock said', async (_what, owner) => {
    for (const hours of [-1, 0, 1]) {
      const { directory, lock } = lockedBy(owner);
      const time = Date.now() / 1000 + 3600 * hours;
      utimesSync(lock, time, time);
      const waits: string[] = [];
      await (await takeDirectory(directory, { timing, onWait: (one) => waits.push(one) })).release();
      expect(waits).toEqual([
        expect.stringMatching(owner === null ? /no name/ : /process 1 of builder-7/) as string,
      ]);
    }
  });

  it.each([
    ['its clock is right', 0],
    ['its clock is behind', -3600],
  ])('of a server of another machine that renews its lock is in use, also when %s', async (_what, offset) => {
    const { directory, lock } = lockedBy(ownerWith({ at: 'another' }));
    const renewal = setInterval(() => {
      const time = Date.now() / 1000 + offset;
      utimesSync(lock, time, time);
    }, 20);
    await expect(takeDirectory(directory, { timing: patient })).rejects.toMatchObject({
      code: 'DIRECTORY_IN_USE',
      message: expect.stringContaining('process 1 of builder-7, another machine') as string,
    });
    clearInterval(renewal);
  });

  it('that another server has taken meanwhile is lost', async () => {
    const directory = temporaryDirectory();
    const own = await takeDirectory(directory, { timing });
    writeFileSync(join(directory, 'server'), JSON.stringify(ownerWith({ at: 'another' })));
    utimesSync(join(directory, 'server.lock'), 1, 1);
    expect(await own.lost).toMatchObject({ code: 'DIRECTORY_IN_USE' });
    await own.release();
    expect(existsSync(join(directory, 'server'))).toBe(true);
  });

  it('whose lock somebody removed is locked again', async () => {
    const directory = temporaryDirectory();
    const own = await takeDirectory(directory, { timing });
    rmSync(join(directory, 'server.lock'), { recursive: true });
    while (!existsSync(join(directory, 'server.lock')))
      await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(takeDirectory(directory, { timing })).rejects.toMatchObject({ code: 'DIRECTORY_IN_USE' });
    await own.release();
  });
});
