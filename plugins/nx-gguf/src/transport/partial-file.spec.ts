import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { pipe } from '../files/testing/odd-files.js';
import { unprivileged } from '../files/testing/unprivileged.js';
import { put, temporaryDirectory } from '../store/testing/temporary-store.js';
import { openPartial } from './partial-file.js';

const expected = { sizeBytes: 5, gitOidLength: null };

it('goes on with what an earlier process left', async () => {
  const path = put(join(temporaryDirectory(), 'file'), 'he');
  const part = await openPartial(path, expected, undefined);
  expect(part.sizeBytes).toBe(2);
  await part.append(Buffer.from('llo'));
  expect(await part.digests()).toEqual({ sha256: sha256('hello'), gitOid: null });
  await part.close();
});

(process.platform === 'win32' ? it.skip : it)(
  'what another user left, who alone may write to it, is received from its start',
  async () => {
    const directory = temporaryDirectory();
    const path = put(join(directory, 'file'), 'he');
    chmodSync(path, 0o444);
    chmodSync(directory, 0o777);
    await unprivileged(async () => {
      const part = await openPartial(path, expected, undefined);
      expect(part.sizeBytes).toBe(0);
      await part.append(Buffer.from('hello'));
      await part.close();
    });
    expect(readFileSync(path, 'utf8')).toBe('hello');
  },
);

it.each<[string, (path: string, directory: string) => void]>([
  ['a pipe', pipe],
  ['a link to a file', (path, directory) => symlinkSync(put(join(directory, 'theirs'), 'text'), path)],
])('%s in its place goes: nothing is read from it or written through it', async (_, lay) => {
  const directory = temporaryDirectory();
  const path = join(directory, 'file');
  lay(path, directory);
  const part = await openPartial(path, expected, undefined);
  expect(part.sizeBytes).toBe(0);
  await part.append(Buffer.from('hello'));
  await part.close();
  expect(readFileSync(path, 'utf8')).toBe('hello');
  if (existsSync(join(directory, 'theirs')))
    expect(readFileSync(join(directory, 'theirs'), 'utf8')).toBe('text');
});
