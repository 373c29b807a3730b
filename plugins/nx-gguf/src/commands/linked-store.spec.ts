import { lstatSync, mkdirSync, readFileSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { fileRemote } from '../remote/file-remote.js';
import { breakerState } from '../remote/breaker-state.js';
import { downloadsDirectory } from '../store/downloads.js';
import { storeLayout, type StoreLayout } from '../store/layout.js';
import { endedProcess, nameOf } from '../store/testing/other-process.js';
import { age, put, temporaryDirectory, temporaryStore } from '../store/testing/temporary-store.js';
import { runStoreCommand } from './store-command.js';

const day = 86_400_000;
const gone = nameOf(endedProcess());
const digest = sha256('precious');
const shard = digest.slice(0, 2);

/** A store in which everything is old, damaged or left behind, in every directory that is ever cleaned. */
function oldStore(): StoreLayout {
  const layout = temporaryStore();
  put(layout.format, '{"format":1}');
  for (const path of [
    layout.blob(digest),
    layout.blobRecord(digest),
    `${layout.blob(digest)}.${gone}.tmp`,
    layout.action(digest),
    layout.tensorIndex(digest),
    join(downloadsDirectory(layout), `${digest}.part`),
    join(downloadsDirectory(layout), 'git-repository', 'objects', 'pack'),
    join(layout.work(digest), gone, 'half.gguf'),
    join(layout.toolchains, 'build-old', 'toolchain.json'),
    join(layout.toolchains, 'build-old', 'llama-quantize'),
    join(layout.toolchains, 'work', 'build-half', 'cmake'),
    join(layout.root, 'uploads', 'remote', `${digest}.${gone}`),
    join(layout.root, 'remotes', 'run', 'down'),
  ])
    put(path, 'damaged');
  for (const name of filesBelow(layout.root, { withDirectories: true }))
    age(join(layout.root, name), 90 * day);
  return layout;
}

function filesBelow(root: string, { withDirectories = false } = {}): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => withDirectories || !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

async function clean(root: string): Promise<string> {
  const printed: string[] = [];
  for (const argv of [['du'], ['verify', '--repair'], ['gc', '--keep-days', '1']])
    await runStoreCommand(argv, {
      env: { NX_GGUF_STORE: root },
      nowMs: Date.now(),
      print: (text) => printed.push(text),
    });
  return printed.join('\n');
}

const contents = (root: string) =>
  filesBelow(root, { withDirectories: true }).map((name) => {
    const info = lstatSync(join(root, name));
    return [name, info.isFile() ? readFileSync(join(root, name), 'utf8') : ''];
  });

it('all of it is removed where there is no link, and where the store itself is one', async () => {
  const left = ['format.json'];
  const { root } = oldStore();
  await clean(root);
  expect(filesBelow(root).filter((name) => !/^(?:locks|quarantine)/.test(name))).toEqual(left);
  const other = oldStore().root;
  const link = join(temporaryDirectory(), 'store');
  symlinkSync(other, link);
  await clean(link);
  expect(filesBelow(other).filter((name) => !/^(?:locks|quarantine)/.test(name))).toEqual(left);
});

it.each([
  ...['blobs', 'actions', 'tensors', 'tensors/files', 'downloads', 'work', 'toolchains', 'toolchains/work'],
  ...[
    'toolchains/build-old',
    'downloads/git-repository',
    'uploads',
    'uploads/remote',
    'remotes',
    'remotes/run',
  ],
  ...[
    `blobs/${shard}`,
    `actions/${shard}`,
    `tensors/files/${shard}`,
    `work/${digest}`,
    `work/${digest}/${gone}`,
  ],
])('a link in the place of %s is not followed', async (directory) => {
  const { root } = oldStore();
  const precious = join(temporaryDirectory(), 'precious');
  renameSync(join(root, directory), precious);
  symlinkSync(precious, join(root, directory));
  const before = contents(precious);
  const printed = await clean(root);
  expect(contents(precious)).toEqual(before);
  if (!directory.includes('/') || directory === 'tensors/files')
    expect(printed).toContain(`left alone: ${directory} is a link`);
});

it('a link in the place of each file is itself removed at most', async () => {
  const { root } = oldStore();
  const precious = temporaryDirectory();
  for (const [index, name] of filesBelow(root).entries()) {
    if (name === 'format.json') continue;
    renameSync(join(root, name), join(precious, String(index)));
    symlinkSync(join(precious, String(index)), join(root, name));
  }
  const before = contents(precious);
  expect(before.length).toBeGreaterThan(10);
  await clean(root);
  expect(contents(precious)).toEqual(before);
});

it('notes about remotes are not removed behind a link', async () => {
  const { root } = oldStore();
  const precious = join(temporaryDirectory(), 'precious');
  renameSync(join(root, 'remotes'), precious);
  symlinkSync(precious, join(root, 'remotes'));
  await breakerState(storeLayout(root), { remote: 'r', run: 'x', nowMs: () => Date.now() }).add('down');
  expect(contents(precious)).toContainEqual(['run/down', 'damaged']);
});

it('a shared directory removes nothing behind a link in it', async () => {
  const [root, precious] = [temporaryDirectory(), temporaryDirectory()];
  const leftover = `${digest}.${gone}.tmp`;
  mkdirSync(join(root, 'cas'));
  symlinkSync(precious, join(root, 'cas', shard));
  put(join(precious, leftover), 'precious');
  const bytes = Buffer.from('precious');
  await fileRemote(root).writeBlob(
    {
      sha256: digest,
      sizeBytes: bytes.length,
      read: async function* () {
        await Promise.resolve();
        yield bytes;
      },
    },
    new AbortController().signal,
  );
  expect(readdirSync(precious).sort()).toEqual([digest, leftover]);
});
