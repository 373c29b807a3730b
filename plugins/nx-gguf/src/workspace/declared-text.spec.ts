import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pipe } from '../files/testing/odd-files.js';
import { put, temporaryDirectory } from '../store/testing/temporary-store.js';
import { declarationOf } from './declarations.js';

/** What a target of a directory is refused with. */
async function refusal(make: (file: string) => void, executor = 'fetch'): Promise<string> {
  const workspaceRoot = temporaryDirectory();
  mkdirSync(join(workspaceRoot, 'm'));
  make(join(workspaceRoot, 'm/model.json'));
  return declarationOf(executor, { workspaceRoot, root: 'm', hub: null }).then(
    () => 'nothing',
    (error: unknown) => `${(error as { code: string }).code}: ${(error as Error).message}`,
  );
}

describe('a model.json that cannot be read', () => {
  it.each<[string, (file: string) => void, string]>([
    ['none', () => undefined, 'MODEL_MISSING: cannot read m/model.json: there is no such file'],
    [
      'a link to nothing',
      (file) => symlinkSync('nowhere', file),
      'MODEL_MISSING: cannot read m/model.json: it is a symbolic link to a file that is not there',
    ],
    [
      'a link to itself',
      (file) => symlinkSync('model.json', file),
      'MODEL_MISSING: cannot read m/model.json: symbolic links lead in a circle',
    ],
    [
      'a directory',
      (file) => mkdirSync(file),
      'MODEL_MISSING: cannot read m/model.json: a directory lies where a file is needed',
    ],
    [
      'a pipe',
      pipe,
      'MODEL_MISSING: cannot read m/model.json: a pipe, a socket or a device lies where a file is needed',
    ],
    [
      'a device without end',
      (file) => symlinkSync('/dev/zero', file),
      'MODEL_MISSING: cannot read m/model.json: a pipe, a socket or a device lies where a file is needed',
    ],
    ['empty', (file) => put(file, ''), 'BAD_MODEL: m/model.json:1:1: the file is empty\n    | \n    | ^'],
    ['a list', (file) => put(file, '[1]'), 'BAD_MODEL: m/model.json:1:1: the top level: [1] must be object'],
    [
      'a pointer of Git LFS',
      (file) =>
        put(file, `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 9\n`),
      'LFS_POINTER: m/model.json is a pointer of Git LFS, a few lines that stand for 9 bytes, and not the file itself',
    ],
  ])('%s', async (_, make, message) => {
    await expect(refusal(make)).resolves.toBe(message);
    await expect(refusal(make, 'quantize')).resolves.toBe(message);
  });
});
