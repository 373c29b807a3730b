import { readFile } from 'node:fs/promises';
import { findBlob } from '../../store/blobs.js';
import { fetchFromHub, resolveHub } from './resolve-hub.js';
import { testContext, type TestContext } from '../testing/context.js';
import { bytesOf, contentOf, largeContent } from '../testing/hub-content.js';
import { startHub, type Fault, type HubServer } from '../testing/hub-server.js';

const sha = 'd'.repeat(40);
const weights = largeContent((3 << 20) + 12_345);
const source = { type: 'huggingface', repository: 'org/model' } as const;
const token = 'hf_mine';

let hub: HubServer;
let context: TestContext;

beforeEach(async () => {
  hub = await startHub([
    {
      kind: 'model',
      name: 'org/model',
      token,
      commits: [
        {
          sha,
          files: { 'model.safetensors': weights, 'config.json': contentOf('{}') },
          lfs: ['model.safetensors'],
          xet: ['model.safetensors'],
        },
      ],
    },
  ]);
  context = await testContext({ HF_ENDPOINT: hub.endpoint, HF_TOKEN: token });
});

afterEach(async () => {
  await hub.close();
  await context.remove();
});

const fetchAll = async (env: Record<string, string> = {}): Promise<void> => {
  const own = { ...context, env: { ...context.env, ...env } };
  const locked = await resolveHub(source, own);
  hub.seen.length = 0;
  await fetchFromHub(source, locked, own);
};
const isWhole = async (): Promise<boolean> => {
  const path = await findBlob(context.store, weights);
  return path !== null && (await readFile(path)).equals(bytesOf(weights));
};
const fault = (given: Partial<Fault>): void => {
  hub.faults.push({ host: 'cdn', url: /\/xorbs\//, times: 1, ...given });
};
const plain = () =>
  hub.seen.filter(({ host, url }) => host === 'cdn' && url.startsWith(`/${weights.sha256}`));
const descriptions = () =>
  hub.seen.filter(({ url }) => url.includes('/reconstructions/')).map(({ range }) => range);
const warnings = () => context.events.filter(({ type }) => type === 'warning');

it('files on Xet come that way and are verified, the token of the hub stays there', async () => {
  await fetchAll();
  expect(await isWhole()).toBe(true);
  expect(plain()).toEqual([]);
  expect(descriptions()).toEqual([`bytes=0-${weights.sizeBytes - 1}`]);
  expect(hub.seen.filter(({ url }) => url.includes('/xet-read-token/'))).toMatchObject([
    { authorization: `Bearer ${token}` },
  ]);
  const elsewhere = hub.seen.filter(({ host }) => host === 'cdn');
  expect(elsewhere.filter(({ url }) => url.includes('/xorbs/')).length).toBeGreaterThan(5);
  expect(new Set(elsewhere.map(({ authorization }) => authorization))).toEqual(
    new Set(['Bearer xet_read', undefined]),
  );
  expect(warnings()).toEqual([]);
});

it('goes on after a broken connection', async () => {
  // The client itself tries once more.
  fault({ url: /\/xorbs\/.*-6\?/, truncateAt: 8_000, times: 2 });
  await fetchAll();
  expect(await isWhole()).toBe(true);
  expect(descriptions()).toHaveLength(2);
  expect(plain()).toEqual([]);
});

it('goes on after a killed process, and from plain HTTP to Xet', async () => {
  hub.faults.push({ host: 'cdn', url: new RegExp(weights.sha256), times: 99, truncateAt: 1_500_000 });
  const once = { ...context.settings, attempts: 1 };
  const locked = await resolveHub(source, context);
  await expect(
    fetchFromHub(source, locked, {
      ...context,
      settings: once,
      env: { ...context.env, HF_HUB_DISABLE_XET: '1' },
    }),
  ).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  hub.faults.length = 0;
  await fetchFromHub(source, locked, context);
  expect(descriptions()).toEqual([`bytes=1500000-${weights.sizeBytes - 1}`]);
  expect(await isWhole()).toBe(true);
});

it.each<[string, Partial<Fault>]>([
  ['the storage refuses', { url: /\/reconstructions\//, status: 403, times: 99 }],
  ['the storage answers nonsense', { url: /\/reconstructions\//, status: 200, body: {}, times: 99 }],
  ['xorbs are not there', { status: 404, times: 99 }],
  ['the hub gives no token', { host: 'hub', url: /xet-read-token/, status: 500, times: 99 }],
  [
    'the hub names no places',
    {
      host: 'hub',
      url: /\/resolve\/.*model\.safetensors/,
      status: 200,
      body: {},
      headers: { 'content-type': 'application/vnd.xet-fileinfo+json' },
      times: 2,
    },
  ],
])('where %s, files come over plain HTTP, and the user is told once', async (_, given) => {
  fault(given);
  await fetchAll();
  expect(await isWhole()).toBe(true);
  expect(plain()).toHaveLength(1);
  const told = warnings().filter((event) => /comes over plain HTTP/.test(JSON.stringify(event)));
  expect(told).toEqual([
    {
      type: 'warning',
      message: expect.stringMatching(
        /^org\/model model\.safetensors: the Xet protocol does not work here \(.+\); it comes over plain HTTP$/,
      ) as string,
    },
  ]);
  expect(JSON.stringify(context.events)).not.toContain(token);
});

it('bytes that are not the pinned ones are discarded and come over plain HTTP', async () => {
  fault({ url: /\/xorbs\/.*-2\?/, corruptAt: 200, times: 99 });
  await fetchAll();
  expect(await isWhole()).toBe(true);
  expect(plain()).toHaveLength(1);
});

it('HF_HUB_DISABLE_XET switches it off', async () => {
  await fetchAll({ HF_HUB_DISABLE_XET: '1' });
  expect(await isWhole()).toBe(true);
  expect(hub.seen.filter(({ url }) => url.includes('xet') || url.includes('xorbs'))).toEqual([]);
});

it('plain HTTP asks for parts from the first byte on, so that no answer is larger than a hub sends', async () => {
  hub.largestAnswerBytes = 1 << 20;
  context.settings.largestAnswerBytes = 1 << 20;
  await fetchAll({ HF_HUB_DISABLE_XET: '1' });
  expect(await isWhole()).toBe(true);
  expect(plain().map(({ range }) => range)).toEqual([
    'bytes=0-1048575',
    'bytes=1048576-2097151',
    'bytes=2097152-3145727',
    'bytes=3145728-',
  ]);
});

it('a part that breaks off goes on inside it', async () => {
  context.settings.largestAnswerBytes = 1 << 20;
  hub.faults.push({ host: 'cdn', url: new RegExp(weights.sha256), times: 1, truncateAt: 500_000 });
  await fetchAll({ HF_HUB_DISABLE_XET: '1' });
  expect(await isWhole()).toBe(true);
  expect(plain()[1]?.range).toBe('bytes=500000-1548575');
});
