import { chmodSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { defaultStoreRoot, storeSettings, openStore, unshared } from './store.js';
import { put, temporaryDirectory } from './testing/temporary-store.js';

const home = join(homedir(), '.cache/nx-gguf');

describe('defaultStoreRoot', () => {
  it.each([
    [{ NX_GGUF_STORE: '/data/store' }, '/data/store'],
    [{ NX_GGUF_STORE: '/data/store', XDG_CACHE_HOME: '/cache' }, '/data/store'],
    [{ NX_GGUF_STORE: '/data/../store/' }, '/store'],
    [{ NX_GGUF_STORE: '', XDG_CACHE_HOME: '/cache' }, '/cache/nx-gguf'],
    [{ XDG_CACHE_HOME: '/cache' }, '/cache/nx-gguf'],
    [{ XDG_CACHE_HOME: '' }, home],
    // The XDG rules: a relative path is to be ignored.
    [{ XDG_CACHE_HOME: 'cache' }, home],
    [{}, home],
  ])('%j -> %s', (env, root) => {
    expect(defaultStoreRoot(env)).toBe(root);
  });
});

describe('openStore', () => {
  it('makes a store where there is none, with its format, and opens it again', async () => {
    const root = join(temporaryDirectory(), 'deep/store');
    await expect(openStore(root)).resolves.toMatchObject({ root });
    expect(JSON.parse(readFileSync(join(root, 'format.json'), 'utf8'))).toEqual({ format: 1 });
    await expect(openStore(root)).resolves.toMatchObject({ root });
  });

  it('may be called by many at once', async () => {
    const root = join(temporaryDirectory(), 'store');
    await expect(Promise.all(Array.from({ length: 10 }, () => openStore(root)))).resolves.toHaveLength(10);
  });

  it.each(['{"format":1}', '{ "format": 1 }\n', '{"note":"moved","format":1}'])(
    'knows the format %s',
    async (text) => {
      const root = temporaryDirectory();
      put(join(root, 'format.json'), text);
      await expect(openStore(root)).resolves.toMatchObject({ root });
    },
  );

  it.each([
    '{"format":2}',
    '{"format":"1"}',
    '{"old":{"format":1}}',
    '{"format":11}',
    '{}',
    'null',
    '[]',
    '',
    'not JSON',
  ])('refuses the format %j, with what to do', async (text) => {
    const root = temporaryDirectory();
    put(join(root, 'format.json'), text);
    await expect(openStore(root)).rejects.toMatchObject({
      code: 'STORE_FORMAT',
      message: expect.stringContaining(root) as string,
      hint: expect.stringMatching(/NX_GGUF_STORE/) as string,
    });
    expect(readFileSync(join(root, 'format.json'), 'utf8')).toBe(text);
  });

  it('refuses a place below a file', async () => {
    const file = put(join(temporaryDirectory(), 'file'), '');
    for (const root of [file, join(file, 'store')])
      await expect(openStore(root)).rejects.toMatchObject({
        code: 'STORE_UNWRITABLE',
        hint: expect.stringMatching(/NX_GGUF_STORE/) as string,
      });
  });

  // Nothing is unwritable for root.
  (process.getuid?.() === 0 ? it.skip : it)('refuses a place that cannot be written', async () => {
    const root = temporaryDirectory();
    chmodSync(root, 0o555);
    for (const path of [root, join(root, 'store')])
      await expect(openStore(path)).rejects.toMatchObject({ code: 'STORE_UNWRITABLE' });
    chmodSync(root, 0o755);
  });

  it('says of directories of another user how a group shares them', () => {
    expect(unshared('/data/a store', ['blobs', 'locks'])).toMatchObject({
      code: 'STORE_UNWRITABLE',
      message: 'the store at /data/a store has files or directories that this user may not use: blobs, locks',
      hint: expect.stringContaining(
        "chgrp -R GROUP '/data/a store' && chmod -R g+rX '/data/a store' && find '/data/a store' -type d -exec chmod g+ws {} +",
      ) as string,
    });
  });
});

describe('storeSettings', () => {
  it.each([
    [undefined, {}],
    ['', {}],
    ['0', { trustedForMs: 0 }],
    [' 1.5 ', { trustedForMs: 129_600_000 }],
  ])('NX_GGUF_SCRUB_DAYS=%s', (days, expected) => {
    expect(storeSettings({ NX_GGUF_SCRUB_DAYS: days })).toEqual(expected);
  });

  it.each(['a week', '-1', '1e3', '7d'])('refuses NX_GGUF_SCRUB_DAYS=%s', (days) => {
    expect(() => storeSettings({ NX_GGUF_SCRUB_DAYS: days })).toThrow(/is a number of days/);
  });
});
