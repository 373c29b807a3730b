import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LockPlace } from '../core/lock-entry.js';
import { sourceUse } from '../core/source-use.js';
import { openStore } from '../store/store.js';
import { contentOf } from '../upstream/testing/hub-content.js';
import { startHub, type HubServer } from '../upstream/testing/hub-server.js';
import { lockedSource, readLock } from './lock-file.js';
import type { RecipeEnvironment } from './ports.js';

const sha = 'e'.repeat(40);
const source = { type: 'huggingface', repository: 'org/model' } as const;

let root: string;
let hub: HubServer;
let environment: RecipeEnvironment;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nx-gguf-lock-'));
  await mkdir(join(root, 'models/m'), { recursive: true });
  hub = await startHub([
    {
      kind: 'model',
      name: 'org/model',
      commits: [
        {
          sha,
          files: {
            'config.json': contentOf('{}'),
            'a.safetensors': contentOf('weights'),
            'a.gguf': contentOf('reference'),
            'imatrix.dat': contentOf('matrix'),
          },
          lfs: ['a.safetensors', 'a.gguf'],
        },
      ],
    },
  ]);
  const store = await openStore(join(root, 'store'));
  environment = {
    workspace: { root, projects: { m: { root: 'models/m' } } },
    store,
    env: { HF_ENDPOINT: hub.endpoint, HOME: root },
    report: () => undefined,
    signal: undefined,
  };
});

afterEach(async () => {
  await hub.close();
  await rm(root, { recursive: true, force: true });
});

const locked = (place: LockPlace, overrides = {}, env = {}) =>
  lockedSource(
    {
      project: 'm',
      kind: 'model',
      place,
      source: { ...source, ...overrides },
      use: sourceUse('model', place, null),
    },
    { ...environment, env: { ...environment.env, ...env } },
    { attempts: 1 },
  );
const text = () => readFile(join(root, 'models/m/model.lock.json'), 'utf8');

it('writes what is looked up, once, and then asks for nothing', async () => {
  const entry = await locked('source');
  expect(entry).toMatchObject({ commit: sha, declared: source });
  const written = await text();
  hub.seen.length = 0;
  expect(await locked('source')).toEqual(entry);
  expect(await text()).toBe(written);
  expect(hub.seen).toEqual([]);
});

it('tasks that run at the same time all find their entries in it', async () => {
  const places: LockPlace[] = ['source', 'imatrix', { reference: 'a' }, { reference: 'b' }];
  await Promise.all(places.map((place) => locked(place)));
  const lock = await readLock(environment.workspace, { project: 'm', kind: 'model' });
  expect([Object.keys(lock ?? {}), Object.keys(lock?.references ?? {})]).toEqual([
    ['format', 'imatrix', 'references', 'source'],
    ['a', 'b'],
  ]);
});

it('a glob that matches nothing is told to whoever pins, and to whoever takes the lock over', async () => {
  const told: string[] = [];
  environment.report = (event) => {
    if (event.type === 'warning') told.push(event.message);
  };
  const include = ['*.json', '*.safetensors', '*.model'];
  const warning = 'org/model: "*.model" of "include" matches no file';
  await locked('source', { include });
  expect(told).toEqual([warning]);
  await locked('source', { include }, { CI: 'true' });
  expect(told).toEqual([warning, warning]);
});

it('in CI nothing is looked up', async () => {
  for (const CI of ['true', '1'])
    await expect(locked('source', {}, { CI })).rejects.toMatchObject({
      code: 'LOCK_MISSING',
      hint: expect.stringContaining('nx g nx-gguf:update --project=m') as string,
    });
  expect(hub.seen).toEqual([]);
  await expect(locked('source', {}, { CI: 'false' })).resolves.toMatchObject({ commit: sha });
  await expect(locked('source', {}, { CI: 'true' })).resolves.toMatchObject({ commit: sha });
});

it.each([
  { repository: 'org/other' },
  { revision: 'dev' },
  { include: ['*.json'] },
  { endpoint: 'https://hub.example.org' },
])('a lock of another declaration is refused: %j', async (overrides) => {
  await locked('source');
  await expect(locked('source', overrides)).rejects.toMatchObject({ code: 'LOCK_OUTDATED' });
});

it('which member of the archive is taken is no part of it', async () => {
  await locked('source');
  await expect(locked('source', { member: 'x' })).resolves.toMatchObject({ commit: sha });
});

it.each([
  ['no JSON', '{', /model\.lock\.json/],
  [
    'a path that leaves its directory',
    JSON.stringify({
      format: 1,
      source: {
        declared: source,
        commit: sha,
        files: [{ path: '../x', sizeBytes: 1, sha256: 'a'.repeat(64) }],
      },
    }),
    /"\.\.\/x" must be a relative path/,
  ],
  ['another format', JSON.stringify({ format: 2 }), /\/format/],
])('a damaged lock is a coded error: %s', async (...[, content, message]) => {
  await writeFile(join(root, 'models/m/model.lock.json'), content);
  await expect(locked('source')).rejects.toMatchObject({
    code: 'BAD_LOCK',
    message: expect.stringMatching(message) as string,
  });
});
