import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from './durable.js';
import { put, temporaryDirectory } from '../store/testing/temporary-store.js';

describe('writeDurably', () => {
  it('makes the directories, and replaces the file as a whole', async () => {
    const path = join(temporaryDirectory(), 'a/b/c.json');
    await writeDurably(path, 'old');
    await writeDurably(path, 'new');
    expect(readdirSync(join(path, '..'))).toEqual(['c.json']);
  });

  it('leaves nothing when it fails', async () => {
    const path = join(temporaryDirectory(), 'a');
    put(join(path, 'in-the-way'), '');
    await expect(writeDurably(path, 'text')).rejects.toMatchObject({
      code: expect.stringMatching(/^E/) as string,
    });
    expect(readdirSync(join(path, '..'))).toEqual(['a']);
  });

  it('by many at once leaves one of their texts', async () => {
    const path = join(temporaryDirectory(), 'a');
    await Promise.all(Array.from({ length: 20 }, (_, index) => writeDurably(path, `text ${index}`)));
    expect(readdirSync(join(path, '..'))).toEqual(['a']);
  });
});
