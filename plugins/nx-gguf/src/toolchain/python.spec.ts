import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../store/testing/temporary-store.js';
import { lfsPointer } from '../upstream/testing/hub-content.js';
import type { ToolchainContext } from './context.js';
import { pythonRequirements } from './python.js';

const pointer = lfsPointer({ sha256: 'a'.repeat(64), sizeBytes: 1234 }).toString();

/** What reading the requirements takes of a context. */
function context(configDir: string, requirements?: string): ToolchainContext {
  const python = requirements === undefined ? {} : { requirements };
  return { config: { python }, configDir } as unknown as ToolchainContext;
}

describe("the requirements of the converter's Python environment", () => {
  it.each([
    ['named', 'more.txt'],
    ['by their usual name', undefined],
  ])('a pointer of Git LFS in their place, %s, is told', async (_, named) => {
    const directory = temporaryDirectory();
    for (const text of [pointer, pointer.replaceAll('\n', '\r\n')]) {
      writeFileSync(join(directory, named ?? 'requirements.txt'), text);
      await expect(pythonRequirements(context(directory, named))).rejects.toMatchObject({
        code: 'LFS_POINTER',
        message: expect.stringMatching(
          new RegExp(`^${named ?? 'requirements.txt'}, the requirements.*1234 bytes`),
        ) as string,
        hint: expect.stringMatching(/git lfs pull/) as string,
      });
    }
  });

  it('a file that is not there, or a directory, is told by name', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'folder'));
    await expect(pythonRequirements(context(directory))).rejects.toMatchObject({ code: 'FILE_MISSING' });
    await expect(pythonRequirements(context(directory, 'folder'))).rejects.toMatchObject({
      code: 'FILE_UNFIT',
    });
  });

  it('are their lines without comments', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'requirements.txt'), '# of the converter\ntorch==2 # CPU\n\nnumpy\n');
    await expect(pythonRequirements(context(directory))).resolves.toEqual(['torch==2', 'numpy']);
  });
});
