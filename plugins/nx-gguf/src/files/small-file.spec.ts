import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { systemError } from '../core/system-error.js';
import { temporaryDirectory } from '../store/testing/temporary-store.js';
import { oddFiles } from './testing/odd-files.js';
import { openFile, readSmallFile, readSmallText } from './small-file.js';

const at = (): string => join(temporaryDirectory(), 'file');
describe('a file that somebody else may have put there', () => {
  it.each(oddFiles)('%s is told as unfit, and not waited for', async (_, put, code) => {
    const path = at();
    put(path);
    for (const read of [openFile, readSmallFile, readSmallText]) {
      const error: unknown = await read(path).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code, path });
      expect(systemError(error)).toMatchObject({ code: 'FILE_UNFIT' });
    }
  });

  it('is absent as for any other reader', async () => {
    await expect(readSmallText(at())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is read as a whole, up to a length', async () => {
    const path = at();
    writeFileSync(path, 'é'.repeat(5));
    await expect(readSmallText(path, 10)).resolves.toBe('é'.repeat(5));
    await expect(readSmallFile(path, 9)).rejects.toMatchObject({ code: 'ETOOLONG' });
    writeFileSync(path, '');
    await expect(readSmallFile(path, 0)).resolves.toEqual(Buffer.alloc(0));
  });

  it('is not held as far as its size says when that is too long', async () => {
    const path = at();
    writeFileSync(path, '');
    truncateSync(path, 2 ** 40);
    await expect(readSmallFile(path)).rejects.toMatchObject({ code: 'ETOOLONG' });
  });

  it.each<[string, (path: string) => void]>([
    [
      'grows',
      (path) => {
        appendFileSync(path, 'x'.repeat(1000));
      },
    ],
    [
      'shrinks',
      (path) => {
        truncateSync(path, 3);
      },
    ],
  ])('that %s while it is read is not taken', async (_, change) => {
    const path = at();
    writeFileSync(path, 'x'.repeat(10));
    const probe = await open(path);
    const prototype = Object.getPrototypeOf(probe) as { read: typeof probe.read };
    await probe.close();
    const { read } = prototype;
    const changed = jest.spyOn(prototype, 'read').mockImplementation(function (
      this: typeof probe,
      ...args: unknown[]
    ) {
      change(path);
      changed.mockRestore();
      return Reflect.apply(read, this, args) as never;
    });
    await expect(readSmallFile(path)).rejects.toMatchObject({ code: 'ECHANGED' });
  });
});
