import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { referToFile } from '../../store/external.js';
import { idOf, put, temporaryDirectory, temporaryStore } from '../../store/testing/temporary-store.js';
import { fetchPathStep } from './fetch-path.js';
import { actionKey } from '../step.js';
import { testBench } from '../testing/effects.js';

const store = temporaryStore();
const refer = (path: string) => referToFile(store, path);

/** A checkpoint directory: its files by name, with their texts. */
function checkpoint(
  files: readonly string[] = [
    'config.json',
    'model.safetensors',
    'nested/vocab.txt',
    '.git/config',
    '.hidden',
  ],
): string {
  const directory = temporaryDirectory();
  for (const name of files) put(join(directory, name), `text of ${name}`);
  return directory;
}

async function namesOf(
  path: string,
  globs: { include?: string[]; exclude?: string[] } = {},
): Promise<string[]> {
  const step = await fetchPathStep({ type: 'path', path, ...globs }, path, refer);
  return (await step.run(testBench())).referred?.map(({ name }) => name) ?? [];
}

describe('fetchPathStep', () => {
  it('refers to the files of a directory by their digests, and copies none', async () => {
    const directory = checkpoint(['a.json', 'b/c.json']);
    const step = await fetchPathStep({ type: 'path', path: '.' }, directory, refer);
    await expect(step.run(testBench())).resolves.toEqual({
      files: [],
      referred: [
        { name: 'a.json', ...idOf('text of a.json') },
        { name: 'b/c.json', ...idOf('text of b/c.json') },
      ],
      facts: { source: { type: 'path' } },
      commands: [],
    });
  });

  it.each<[string, { include?: string[]; exclude?: string[] }, string[]]>([
    ['without globs: all but hidden ones', {}, ['config.json', 'model.safetensors', 'nested/vocab.txt']],
    ['include', { include: ['*.json', '*.safetensors'] }, ['config.json', 'model.safetensors']],
    ['exclude', { exclude: ['nested/**'] }, ['config.json', 'model.safetensors']],
    ['both', { include: ['**/*.txt', '*.json'], exclude: ['config.*'] }, ['nested/vocab.txt']],
  ])('%s', async (_, globs, names) => {
    await expect(namesOf(checkpoint(), globs)).resolves.toEqual(names);
  });

  it('takes one file by its own name', async () => {
    await expect(namesOf(join(checkpoint(), 'nested/vocab.txt'))).resolves.toEqual(['vocab.txt']);
  });

  it('follows links, as a download cache has them', async () => {
    const directory = checkpoint(['blobs/0123']);
    symlinkSync(
      join(directory, 'blobs/0123'),
      put(join(directory, 'snapshot/x'), '').replace(/x$/, 'config.json'),
    );
    await expect(namesOf(join(directory, 'snapshot'), { include: ['*.json'] })).resolves.toEqual([
      'config.json',
    ]);
  });

  it.each<[string, string, { include?: string[] }]>([
    ['SOURCE_MISSING', 'no-such-place', {}],
    ['SOURCE_EMPTY', '.', { include: ['*.bin'] }],
    ['SOURCE_EMPTY', '.git', { include: ['*.json'] }],
  ])('fails with %s for %j and %j', async (code, place, globs) => {
    await expect(namesOf(join(checkpoint(), place), globs)).rejects.toMatchObject({
      code,
      hint: expect.any(String) as string,
    });
  });

  it('has a key that names and bytes decide, and not the place', async () => {
    const keyAt = async (path: string): Promise<string> =>
      actionKey((await fetchPathStep({ type: 'path', path }, path, refer)).action);
    const [one, other] = [checkpoint(['a', 'b']), checkpoint(['a', 'b'])];
    const key = await keyAt(one);
    await expect(keyAt(other)).resolves.toBe(key);
    writeFileSync(join(other, 'b'), 'TEXT OF b');
    await expect(keyAt(other)).resolves.not.toBe(key);
    renameSync(join(one, 'b'), join(one, 'c'));
    await expect(keyAt(one)).resolves.not.toBe(key);
  });
});
