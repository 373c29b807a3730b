import { jest } from '@jest/globals';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { recordText } from '../publication/record.js';
import { noteMade } from '../store/external.js';
import { flipBit } from '../store/testing/temporary-store.js';
import { testContext, type TestContext } from '../upstream/testing/context.js';
import { directoryDestination } from './directory.js';
import { actionsOf, publishFiles, storedFiles, type TestFiles } from './testing/publish.js';

// Each test runs a server or git many times; a loaded machine takes its time.
jest.setTimeout(60_000);

let context: TestContext;
let directory: string;
let files: TestFiles;

beforeEach(async () => {
  context = await testContext();
  directory = join(context.store.root, '../published');
  files = await storedFiles(context.store, {
    'README.md': '# model\n',
    'model.gguf': Buffer.alloc(3000, 7),
    'kld/Q4_K_M.json': '{}\n',
  });
});

afterEach(() => context.remove());

const publish = (choices: Parameters<typeof publishFiles>[2] = {}) =>
  publishFiles(
    files,
    (request) => directoryDestination(directory, 'published', { request, context }),
    choices,
  );
const there = () => readdirSync(directory, { recursive: true }).map(String).sort();

it('is made and filled; the files are those of the store, and the same results change nothing', async () => {
  const { plan } = await publish();
  expect(plan).toMatchObject({ destination: 'published', isNew: true });
  expect(there()).toEqual(['README.md', 'kld', 'kld/Q4_K_M.json', 'model.gguf', 'nx-gguf.json']);
  expect(readFileSync(join(directory, 'model.gguf'))).toEqual(Buffer.alloc(3000, 7));
  const before = statSync(join(directory, 'nx-gguf.json')).mtimeMs;
  expect(actionsOf((await publish()).plan)).toEqual({});
  expect(statSync(join(directory, 'nx-gguf.json')).mtimeMs).toBe(before);
});

it('a dry run makes nothing', async () => {
  await publish({ dryRun: true });
  expect(existsSync(directory)).toBe(false);
});

it('finds out by their bytes that copies are the same', async () => {
  mkdirSync(directory);
  writeFileSync(join(directory, 'model.gguf'), Buffer.alloc(3000, 7));
  expect(actionsOf((await publish()).plan)).toEqual({
    'README.md': 'add',
    'kld/Q4_K_M.json': 'add',
    'nx-gguf.json': 'add',
  });
});

it('finds and mends a bit that flipped in a file that is there already, though nothing touched it', async () => {
  await publish();
  const place = join(directory, 'model.gguf');
  const right = readFileSync(place);
  copyFileSync(place, `${place}.copy`);
  renameSync(`${place}.copy`, place);
  flipBit(place, 1000);
  // The record of a file that was hashed here, as it would be had the disk done that.
  await noteMade(context.store, place, sha256(right));
  expect(actionsOf((await publish()).plan)).toMatchObject({ 'model.gguf': 'refuse' });
  expect(readFileSync(place)).not.toEqual(right);
  expect(actionsOf((await publish({ overwrite: true })).plan)).toMatchObject({ 'model.gguf': 'replace' });
  expect(readFileSync(place)).toEqual(right);
});

it('keeps the files of others, and does not write over them', async () => {
  mkdirSync(directory);
  writeFileSync(join(directory, 'README.md'), '# mine!\n');
  writeFileSync(join(directory, 'notes.md'), 'mine\n');
  expect(actionsOf((await publish({ dryRun: true })).plan)).toMatchObject({ 'README.md': 'refuse' });
  await publish({ overwrite: true, prune: true });
  expect(readFileSync(join(directory, 'notes.md'), 'utf8')).toBe('mine\n');
  expect(readFileSync(join(directory, 'README.md'), 'utf8')).toBe('# model\n');
});

it('notices what was changed there since', async () => {
  await publish();
  rmSync(join(directory, 'README.md'));
  writeFileSync(join(directory, 'README.md'), '# xodel\n');
  files = await storedFiles(context.store, { 'README.md': '# newer\n' });
  expect(actionsOf((await publish({ dryRun: true })).plan)).toMatchObject({ 'README.md': 'refuse' });
});

it('replaces and prunes what it published', async () => {
  await publish();
  files = await storedFiles(context.store, { 'README.md': '# newer\n' });
  expect(actionsOf((await publish({ prune: true })).plan)).toEqual({
    'README.md': 'replace',
    'kld/Q4_K_M.json': 'delete',
    'model.gguf': 'delete',
    'nx-gguf.json': 'replace',
  });
  expect(there()).toEqual(['README.md', 'kld', 'nx-gguf.json']);
});

it('what a killed run left is known for its own by the next one, also with other results', async () => {
  await publish();
  const earlier = files.wanted;
  files = await storedFiles(context.store, {
    'README.md': '# second\n',
    'model.gguf': Buffer.alloc(3000, 8),
  });
  // As after a kill between two files: the record names both states, and one file is new already.
  rmSync(join(directory, 'README.md'));
  writeFileSync(join(directory, 'README.md'), '# second\n');
  writeFileSync(join(directory, 'nx-gguf.json'), recordText([...earlier, ...files.wanted]));
  files = await storedFiles(context.store, { 'README.md': '# third\n', 'model.gguf': Buffer.alloc(3000, 9) });
  expect(actionsOf((await publish()).plan)).toEqual({
    'README.md': 'replace',
    'model.gguf': 'replace',
    'nx-gguf.json': 'replace',
  });
});

it('a file outside the store is copied, so that a later change of it changes nothing that is published', async () => {
  const outside = join(context.store.root, '../imatrix.gguf');
  const stored = files.contents.get('model.gguf');
  const bytes = readFileSync(stored !== undefined && 'path' in stored ? stored.path : '');
  writeFileSync(outside, bytes);
  files.contents.set('model.gguf', { path: outside });
  await publish();
  writeFileSync(outside, Buffer.alloc(bytes.length, 1));
  expect(readFileSync(join(directory, 'model.gguf')).equals(bytes)).toBe(true);
});

it('publishes no file outside the store that has other bytes by now', async () => {
  const outside = join(context.store.root, '../imatrix.gguf');
  writeFileSync(outside, 'matrix');
  files.contents.set('model.gguf', { path: outside });
  await expect(publish()).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
  expect(there()).not.toContain('model.gguf');
});

it('stops between two files when the user stops it', async () => {
  const abort = new AbortController();
  context.signal = abort.signal;
  context.report = (event) => {
    if (event.type === 'progress' && event.done === 1) abort.abort();
  };
  await expect(publish()).rejects.toMatchObject({ code: 'INTERRUPTED' });
  context.signal = undefined;
  expect(Object.values(actionsOf((await publish()).plan))).not.toContain('refuse');
  expect(there()).toEqual(['README.md', 'kld', 'kld/Q4_K_M.json', 'model.gguf', 'nx-gguf.json']);
});
