import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { oddFiles } from '../files/testing/odd-files.js';
import { canonicalJson, type Json } from '../core/json/canonical-json.js';
import { jsonOrNull } from '../core/json/json-reader.js';
import { seededRandom } from '../core/seeded-random.js';
import { findAction, manifestText, putAction, readManifest } from './actions.js';
import { age, manifestOf, put, temporaryDirectory, temporaryStore } from './testing/temporary-store.js';

const manifest = manifestOf({ 'tiny-Q6_K.gguf': 'weights' });
const key = manifest.actionKey;

describe('actions', () => {
  it('that were put are found, as they were', async () => {
    const layout = temporaryStore();
    await expect(findAction(layout, key)).resolves.toBeNull();
    await putAction(layout, manifest);
    await expect(findAction(layout, key)).resolves.toEqual(manifest);
    await expect(findAction(layout, sha256('other'))).resolves.toBeNull();
  });

  it('that are put again replace the old result', async () => {
    const layout = temporaryStore();
    await putAction(layout, manifest);
    await putAction(layout, { ...manifest, facts: { entries: 2 } });
    await expect(findAction(layout, key)).resolves.toMatchObject({ facts: { entries: 2 } });
  });

  it('are files whose bytes the content alone decides', async () => {
    const layout = temporaryStore();
    await putAction(layout, { ...manifest, facts: { b: 1, a: 2 } });
    const text = readFileSync(layout.action(key), 'utf8');
    expect(text).toBe(manifestText({ ...manifest, facts: { a: 2, b: 1 } }));
    expect(text).toMatch(/\}\n$/);
  });

  it('count as used when they are found', async () => {
    const layout = temporaryStore();
    await putAction(layout, manifest);
    age(layout.action(key), 1e9);
    const before = statSync(layout.action(key)).mtimeMs;
    await findAction(layout, key);
    expect(statSync(layout.action(key)).mtimeMs).toBeGreaterThan(before);
  });

  it('under a wrong key are not found', async () => {
    const layout = temporaryStore();
    put(layout.action(sha256('other')), manifestText(manifest));
    await expect(findAction(layout, sha256('other'))).resolves.toBeNull();
  });

  it.each([
    ['is no JSON', '{"format": 1, '],
    ['is empty', ''],
    ['is nested without end', '['.repeat(9_000)],
    ['is nested deep', `{"facts":${'['.repeat(9_000)}${']'.repeat(9_000)}}`],
    ['has half of a letter', manifestText({ ...manifest, facts: { a: 'X' } }).replace('X', '\\ud800')],
    ['is a number', '5'],
    ['has no format', '{}'],
    ['lacks what a manifest has', '{"format": 1}'],
    ['has more than a manifest has', manifestText({ ...manifest, time: 'now' } as typeof manifest)],
  ])('whose file %s are not known, and the file goes', async (_, text) => {
    const layout = temporaryStore();
    put(layout.action(key), text);
    await expect(findAction(layout, key)).resolves.toBeNull();
    expect(existsSync(layout.action(key))).toBe(false);
  });

  it.each(oddFiles)('in whose place lies %s are not known, and it goes', async (_, odd) => {
    const layout = temporaryStore();
    mkdirSync(dirname(layout.action(key)), { recursive: true });
    odd(layout.action(key));
    await expect(findAction(layout, key)).resolves.toBeNull();
    await putAction(layout, manifest);
    await expect(findAction(layout, key)).resolves.toEqual(manifest);
  });

  it('of another format version are an error, and stay', async () => {
    const layout = temporaryStore();
    put(layout.action(key), manifestText({ ...manifest, format: 2 } as unknown as typeof manifest));
    await expect(findAction(layout, key)).rejects.toMatchObject({
      code: 'MANIFEST_FORMAT',
      message: expect.stringMatching(/format version 2/) as string,
      hint: expect.stringMatching(/Update nx-gguf/) as string,
    });
    expect(existsSync(layout.action(key))).toBe(true);
  });
});

describe('a flipped bit in a manifest', () => {
  it('that leaves valid JSON is seen', async () => {
    const text = manifestText({ ...manifest, facts: { meanKld: 0.0127, note: 'figures of a model' } });
    const path = join(temporaryDirectory(), 'artifact.json');
    const random = seededRandom(20);
    for (let tried = 0; tried < 20;) {
      const flipped = Buffer.from(text);
      const at = Math.floor(random() * flipped.length);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << Math.floor(random() * 7));
      const value = jsonOrNull(flipped);
      if (value === null || canonicalJson(value as Json) === canonicalJson(JSON.parse(text) as Json))
        continue;
      tried++;
      writeFileSync(path, flipped);
      await expect(readManifest(path)).rejects.toThrow(path);
    }
  });

  it('is none where an older version wrote no digest', async () => {
    const path = put(join(temporaryDirectory(), 'artifact.json'), JSON.stringify(manifest));
    await expect(readManifest(path)).resolves.toEqual(manifest);
  });
});

describe('readManifest', () => {
  const read = (change: object) =>
    readManifest(
      put(join(temporaryDirectory(), 'artifact.json'), JSON.stringify({ ...manifest, ...change })),
    );
  const named = (name: string) => read({ files: [{ name, sha256: sha256(''), sizeBytes: 0 }] });

  it('is null where there is no file', async () => {
    await expect(readManifest(join(temporaryDirectory(), 'artifact.json'))).resolves.toBeNull();
  });

  it('takes no bytes that are no UTF-8 for others', async () => {
    const path = put(join(temporaryDirectory(), 'artifact.json'), manifestText(manifest));
    const bytes = readFileSync(path);
    // One bit of a letter flipped, as on a disk.
    bytes[bytes.indexOf('quantize')] = 0xf1;
    writeFileSync(path, bytes);
    await expect(readManifest(path)).rejects.toMatchObject({
      code: 'BAD_MANIFEST',
      message: `${path}: it is not in UTF-8`,
    });
  });

  it.each(['a.gguf', 'sub/dir/a.gguf', '..a', 'a..b/...c', '.hidden', 'schön.gguf', 'with space'])(
    'takes the file name %j',
    async (name) => {
      await expect(named(name)).resolves.toMatchObject({ files: [{ name }] });
    },
  );

  it.each([
    '',
    '.',
    '..',
    '../a',
    'a/../b',
    'a/..',
    './a',
    'a/./b',
    '/etc/passwd',
    'a//b',
    'a/',
    'C:a',
    'C:\\a',
    '..\\a',
    'a\\b',
    'a\nb',
    'a\0b',
    'a/..\n',
    'x'.repeat(1025),
  ])('refuses the file name %j', async (name) => {
    await expect(named(name)).rejects.toMatchObject({
      code: 'BAD_MANIFEST',
      message: expect.stringMatching(/\/files\/0\/name/) as string,
    });
  });

  it.each<[string, object]>([
    ['a digest in capitals', { files: [{ name: 'a', sha256: sha256('').toUpperCase(), sizeBytes: 0 }] }],
    [
      'a digest that leads elsewhere',
      { files: [{ name: 'a', sha256: '../../../etc/passwd', sizeBytes: 0 }] },
    ],
    ['a negative size', { files: [{ name: 'a', sha256: sha256(''), sizeBytes: -1 }] }],
    [
      'a size beyond what a number can hold',
      { files: [{ name: 'a', sha256: sha256(''), sizeBytes: 2 ** 60 }] },
    ],
    ['a size that is broken', { files: [{ name: 'a', sha256: sha256(''), sizeBytes: 1.5 }] }],
    ['an action key that leads elsewhere', { actionKey: '..' }],
    ['a step that leads elsewhere', { step: '../x' }],
  ])('refuses %s', async (_, change) => {
    await expect(read(change)).rejects.toMatchObject({ code: 'BAD_MANIFEST' });
  });

  it('names every problem at once, with the file', async () => {
    const error: unknown = await read({ step: 'X', actionKey: 'y' }).catch((reason: unknown) => reason);
    expect((error as Error).message).toMatch(/artifact\.json: \/step[\s\S]*artifact\.json: \/actionKey/);
  });
});
