import { execFileSync } from 'node:child_process';
import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { referToFile } from '../../store/external.js';
import { idOf, put, temporaryDirectory, temporaryStore } from '../../store/testing/temporary-store.js';
import type { WorkEvent } from '../../core/events.js';
import type { SourceUse } from '../../core/source-use.js';
import { lfsPointer } from '../../upstream/testing/hub-content.js';
import { fetchPathStep, type PathReading } from './fetch-path.js';
import { actionKey } from '../step.js';
import { testBench } from '../testing/effects.js';

const store = temporaryStore();
const reading = (kind: SourceUse['kind'] = 'files', events: WorkEvent[] = []): PathReading => ({
  refer: (path) => referToFile(store, path),
  use: { kind },
  report: (event) => events.push(event),
});

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
  const step = await fetchPathStep({ type: 'path', path, ...globs }, path, reading());
  return (await step.run(testBench())).referred?.map(({ name }) => name) ?? [];
}

describe('fetchPathStep', () => {
  it('refers to the files of a directory by their digests, and copies none', async () => {
    const directory = checkpoint(['a.json', 'b/c.json']);
    const step = await fetchPathStep({ type: 'path', path: '.' }, directory, reading());
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

  it('warns of globs beside the path of one file', async () => {
    const events: WorkEvent[] = [];
    const path = join(checkpoint(), 'nested/vocab.txt');
    const globs = { include: ['*.json'], exclude: ['*.txt'] };
    await fetchPathStep({ type: 'path', path, ...globs }, path, reading('files', events));
    expect(events).toEqual(
      ['include', 'exclude'].map((field) => ({
        type: 'warning',
        message: `${path}: "${field}" of the source changes nothing: the path is one file, and no directory`,
      })),
    );
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
      actionKey((await fetchPathStep({ type: 'path', path }, path, reading())).action);
    const [one, other] = [checkpoint(['a', 'b']), checkpoint(['a', 'b'])];
    const key = await keyAt(one);
    await expect(keyAt(other)).resolves.toBe(key);
    writeFileSync(join(other, 'b'), 'TEXT OF b');
    await expect(keyAt(other)).resolves.not.toBe(key);
    renameSync(join(one, 'b'), join(one, 'c'));
    await expect(keyAt(one)).resolves.not.toBe(key);
  });
});

describe('a directory with a model', () => {
  const take = async (files: readonly string[], globs: { include?: string[]; exclude?: string[] } = {}) => {
    const events: WorkEvent[] = [];
    const path = checkpoint(files);
    const step = await fetchPathStep({ type: 'path', path, ...globs }, path, reading('checkpoint', events));
    const { referred = [], facts } = await step.run(testBench());
    return { names: referred.map(({ name }) => name), facts, events };
  };

  it('gives one set of its weights, says which and why, and keeps that as a fact', async () => {
    const { names, facts, events } = await take([
      'config.json',
      'consolidated.safetensors',
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'model.safetensors.index.json',
      'checkpoint-500/model.safetensors',
      'checkpoint-500/optimizer.pt',
    ]);
    expect(names).toEqual([
      'config.json',
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'model.safetensors.index.json',
    ]);
    expect(facts['source']).toEqual({
      type: 'path',
      selection: {
        because: 'the safetensors that convert_hf_to_gguf.py reads first',
        leftOut: ['checkpoint-500/**', 'consolidated.safetensors'],
      },
    });
    expect(events).toEqual([
      {
        type: 'step',
        message: expect.stringMatching(
          /: takes model-00001-of-00002\.safetensors, model-00002-of-00002\.safetensors .*reads first; leaves out checkpoint-500\/\*\*, consolidated\.safetensors/,
        ) as string,
      },
    ]);
  });

  it('takes pickles of this machine when there is nothing else, also beside a GGUF', async () => {
    const { names } = await take(['config.json', 'pytorch_model.bin', 'old.gguf', 'training_args.bin']);
    expect(names).toEqual(['config.json', 'pytorch_model.bin']);
  });

  it('takes what "include" names, as it is', async () => {
    const include = ['*.safetensors'];
    const files = ['consolidated.safetensors', 'model.safetensors', 'config.json'];
    await expect(take(files, { include })).resolves.toMatchObject({
      names: ['consolidated.safetensors', 'model.safetensors'],
      events: [],
    });
  });

  it.each<[string, readonly string[], { include?: string[]; exclude?: string[] }, RegExp]>([
    ['SOURCE_NO_WEIGHTS', ['config.json', 'tf_model.h5'], {}, /tf_model\.h5/],
    ['SOURCE_NO_WEIGHTS', ['config.json', 'model.safetensors'], { include: ['*.json'] }, /its file/],
    [
      'SOURCE_NOT_FOUND',
      ['model.safetensors', 'tokenizer.model'],
      { include: ['*.safetensors', 'tokenizr.model'] },
      /no tokenizr\.model/,
    ],
  ])('fails with %s of %j and %j', async (...[code, files, globs, message]) => {
    await expect(take(files, globs)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it.each<[string, string, RegExp]>([
    ['SOURCE_IS_FILE', 'model.safetensors', /Name the directory/],
    ['SOURCE_NO_WEIGHTS', 'm-BF16.gguf', /A GGUF is the result of a conversion/],
    ['SOURCE_NO_WEIGHTS', 'config.json', /directory with `model\*\.safetensors`/],
  ])('fails with %s for its file %s', async (code, name, hint) => {
    const path = join(checkpoint(['config.json', 'model.safetensors', 'm-BF16.gguf']), name);
    await expect(fetchPathStep({ type: 'path', path }, path, reading('checkpoint'))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(name) as string,
      hint: expect.stringMatching(hint) as string,
    });
  });

  it('warns of globs that match nothing', async () => {
    const { events } = await take(['model.safetensors'], {
      include: ['**/*.safetensors', '*.txt'],
      exclude: ['x/**'],
    });
    expect(events.map((event) => (event.type === 'warning' ? event.message : event.type))).toEqual([
      expect.stringMatching(/"\*\.txt" of "include" matches no file$/),
      expect.stringMatching(/"x\/\*\*" of "exclude" matches no file$/),
    ]);
  });
});

describe('files that are there by name alone', () => {
  const taken = (directory: string, globs: { include?: string[]; exclude?: string[] } = {}) =>
    fetchPathStep({ type: 'path', path: directory, ...globs }, directory, reading('checkpoint'));
  const makePipe = 'mkfifo';
  const dangling = /symbolic link to a file that is not there/;

  it.each<[string, (directory: string) => void, RegExp]>([
    [
      'a link to weights that are gone',
      (directory) => {
        renameSync(join(directory, 'model.safetensors'), join(directory, 'model-00001-of-00002.safetensors'));
        symlinkSync('../blobs/0123', join(directory, 'model-00002-of-00002.safetensors'));
      },
      /model-00002-of-00002\.safetensors: it is a symbolic link to a file/,
    ],
    [
      'one to a tokenizer, in a linked directory',
      (directory) => {
        const elsewhere = temporaryDirectory();
        symlinkSync('gone', join(elsewhere, 'tokenizer.json'));
        symlinkSync(elsewhere, join(directory, 'nested'));
      },
      /nested\/tokenizer\.json: it is a symbolic link to a file/,
    ],
    [
      'links in a circle',
      (directory) => {
        symlinkSync('vocab.json', join(directory, 'vocab.json'));
      },
      /vocab\.json: symbolic links lead in a circle/,
    ],
    [
      'a pipe',
      (directory) => {
        execFileSync(makePipe, [join(directory, 'pipe')]);
        symlinkSync('pipe', join(directory, 'merges.txt'));
      },
      /merges\.txt: it is no file.*\npipe: it is no file/,
    ],
  ])('%s: refused by name', async (_, add, message) => {
    const directory = checkpoint(['config.json', 'model.safetensors']);
    add(directory);
    await expect(taken(directory)).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(/cp -rL.*"exclude"/) as string,
    });
  });

  it('what is excluded, or is not taken, does not matter', async () => {
    const directory = checkpoint(['config.json', 'model.safetensors']);
    symlinkSync('gone', join(directory, 'notes.txt'));
    symlinkSync('gone', join(directory, 'pytorch_model.bin'));
    await expect(taken(directory, { exclude: ['notes.txt'] })).resolves.toBeDefined();
    await expect(taken(directory, { include: ['*.json', '*.safetensors'] })).resolves.toBeDefined();
  });

  it('the path itself', async () => {
    const path = join(temporaryDirectory(), 'text');
    execFileSync(makePipe, [path]);
    await expect(fetchPathStep({ type: 'path', path }, path, reading())).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
    });
  });

  it('all of them at once, and the number of those that are not shown', async () => {
    const directory = checkpoint(['config.json', 'model.safetensors']);
    for (let index = 0; index < 7; index += 1) symlinkSync('gone', join(directory, `${index}.txt`));
    const error = await taken(directory).catch((cause: unknown) => cause);
    expect((error as Error).message.match(new RegExp(dangling, 'g'))).toHaveLength(5);
    expect((error as Error).message).toMatch(/and 2 more$/);
  });
});

describe('pointers of Git LFS', () => {
  const pointer = lfsPointer({ sha256: 'a'.repeat(64), sizeBytes: 3_554_214_752 }).toString();

  it.each<[string, string, SourceUse['kind']]>([
    ['weights', 'model.safetensors', 'checkpoint'],
    ['a tokenizer', 'tokenizer.json', 'checkpoint'],
    ['a configuration', 'config.json', 'checkpoint'],
    ['a GGUF', 'm.gguf', 'gguf'],
    ['a matrix', 'imatrix.dat', 'matrix'],
    ['a text', 'wiki.test.raw', 'files'],
  ])('in place of %s are refused', async (_, name, kind) => {
    for (const text of [pointer, pointer.replaceAll('\n', '\r\n')]) {
      const path = kind === 'checkpoint' ? checkpoint(['model.safetensors']) : temporaryDirectory();
      put(join(path, name), text);
      await expect(fetchPathStep({ type: 'path', path }, path, reading(kind))).rejects.toMatchObject({
        code: 'LFS_POINTER',
        message: expect.stringMatching(new RegExp(`${name}.*3554214752 bytes`)) as string,
        hint: expect.stringMatching(/git lfs pull/) as string,
      });
      // The same file, named itself.
      const file = join(path, name);
      await expect(fetchPathStep({ type: 'path', path: file }, file, reading(kind))).rejects.toMatchObject({
        code: 'LFS_POINTER',
      });
    }
  });

  it('a file that only speaks of them is taken', async () => {
    const path = put(join(temporaryDirectory(), 'notes.txt'), `See ${pointer}`);
    await expect(fetchPathStep({ type: 'path', path }, path, reading())).resolves.toBeDefined();
  });
});
