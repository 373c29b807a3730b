import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { GgufError } from '../core/errors.js';
import { unprivileged } from '../files/testing/unprivileged.js';
import { otherProcess } from './testing/other-process.js';
import { age, leftovers, put, temporaryStore } from './testing/temporary-store.js';
import { withWorkDir, workInProgress } from './work-dir.js';

const key = sha256('action');

describe('withWorkDir', () => {
  it('gives an empty directory below the store, and removes it afterwards', async () => {
    const layout = temporaryStore();
    const directory = await withWorkDir(layout, key, {
      work: (path) => {
        expect(readdirSync(path)).toEqual([]);
        put(join(path, 'deep/file'), '');
        return Promise.resolve(path);
      },
    });
    expect(dirname(directory)).toBe(layout.work(key));
    expect(leftovers(layout)).toEqual([]);
  });

  it('removes the directory when the work fails, and passes the error on', async () => {
    const layout = temporaryStore();
    const error = new GgufError('QUANTIZE_FAILED', 'no');
    await expect(
      withWorkDir(layout, key, {
        work: (path) => {
          put(join(path, 'half'), '');
          return Promise.reject(error);
        },
      }),
    ).rejects.toBe(error);
    expect(leftovers(layout)).toEqual([]);
  });

  it('makes two that work on one action take turns, in different directories', async () => {
    const layout = temporaryStore();
    let working = 0;
    const work = async (path: string): Promise<string> => {
      expect(++working).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      working--;
      return path;
    };
    const [a, b] = await Promise.all([
      withWorkDir(layout, key, { work }),
      withWorkDir(layout, key, { work }),
    ]);
    expect(a).not.toBe(b);
  });

  it('removes what a killed run left behind, and works in a directory that its orphans do not know', async () => {
    const layout = temporaryStore();
    const killed = otherProcess('work-until-told', layout.root, key);
    const abandoned = await killed.line();
    await killed.kill();
    expect(existsSync(join(abandoned, 'half'))).toBe(true);
    expect(leftovers(layout)).not.toEqual([]);
    age(`${layout.actionLock(key)}.lock`, 11_000);
    await withWorkDir(layout, key, {
      work: (path) => {
        expect(path).not.toBe(abandoned);
        expect(readdirSync(layout.work(key))).toEqual([basename(path)]);
        return Promise.resolve();
      },
    });
    expect(leftovers(layout)).toEqual([]);
  });

  (process.platform === 'win32' ? it.skip : it)(
    'is not held up by what another user left behind, which only that one may remove',
    async () => {
      const layout = temporaryStore();
      const left = put(join(layout.work(key), '1-gone', 'out', 'half'), '');
      mkdirSync(dirname(layout.actionLock(key)), { recursive: true });
      for (const path of [
        layout.root,
        layout.work(key),
        dirname(dirname(left)),
        dirname(layout.actionLock(key)),
      ])
        chmodSync(path, 0o777);
      chmodSync(dirname(left), 0o555);
      await expect(
        unprivileged(() => withWorkDir(layout, key, { work: () => Promise.resolve('done') })),
      ).resolves.toBe('done');
      expect(existsSync(left)).toBe(true);
    },
  );

  it('leaves a run alone that lost its lock but goes on, as after a sleep of the machine', async () => {
    const layout = temporaryStore();
    const slept = otherProcess('work-until-told', layout.root, key);
    const directory = await slept.line();
    age(`${layout.actionLock(key)}.lock`, 11_000);
    await withWorkDir(layout, key, { work: () => Promise.resolve() });
    expect(existsSync(join(directory, 'half'))).toBe(true);
    const next = slept.line();
    await slept.kill('SIGTERM');
    await expect(next).resolves.toBe('written');
    await expect(slept.ended).resolves.toBe(0);
    expect(leftovers(layout)).toEqual([]);
  });

  it('removes what is not a directory of its own kind', async () => {
    const layout = temporaryStore();
    mkdirSync(layout.work(key), { recursive: true });
    writeFileSync(join(layout.work(key), 'stray'), '');
    await withWorkDir(layout, key, { work: () => Promise.resolve() });
    expect(leftovers(layout)).toEqual([]);
  });

  it.each([
    'OSError: Not enough free space to write 77791232 bytes',
    'write failed: No space left on device',
  ])("tells DISK_FULL by a tool's words %j", async (words) => {
    const cause = new GgufError('CONVERT_FAILED', 'it failed', { tail: ['Writing', words, 'bye'] });
    await expect(
      withWorkDir(temporaryStore(), key, { work: () => Promise.reject(cause) }),
    ).rejects.toMatchObject({ code: 'DISK_FULL', cause, tail: cause.tail });
  });

  it.each(['ENOSPC', 'EDQUOT'])('tells %s as DISK_FULL, and what to do', async (code) => {
    const layout = temporaryStore();
    const cause = Object.assign(new Error('write'), { code });
    await expect(withWorkDir(layout, key, { work: () => Promise.reject(cause) })).rejects.toMatchObject({
      code: 'DISK_FULL',
      cause,
      message: expect.stringContaining(layout.root) as string,
      hint: expect.stringMatching(/npx nx-gguf store gc/) as string,
    });
    expect(leftovers(layout)).toEqual([]);
  });

  (existsSync('/dev/full') ? it : it.skip)('knows a disk that is really full', async () => {
    await expect(
      withWorkDir(temporaryStore(), key, { work: () => writeFile('/dev/full', 'bytes') }),
    ).rejects.toMatchObject({ code: 'DISK_FULL' });
  });
});

describe('workInProgress', () => {
  it('names the actions that are worked on', async () => {
    const layout = temporaryStore();
    await expect(workInProgress(layout)).resolves.toEqual([]);
    await withWorkDir(layout, key, {
      work: async () => {
        await expect(workInProgress(layout)).resolves.toEqual([key]);
      },
    });
    await expect(workInProgress(layout)).resolves.toEqual([]);
  });
});
