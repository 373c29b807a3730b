import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchUrlStep } from '../steps/source/fetch-locked.js';
import type { Workbench } from '../steps/step.js';
import { findBlob } from '../store/blobs.js';
import { extractMember } from './archive-member.js';
import { fetchUrl } from './fetch-source.js';
import { testContext, type TestContext } from './testing/context.js';
import { contentOf } from './testing/hub-content.js';
import { startHub, type HubServer } from './testing/hub-server.js';
import { zipOf } from './testing/zip.js';

const archive = contentOf(zipOf([{ name: 'texts/wiki.raw', data: Buffer.from('text of the corpus') }]));
let hub: HubServer;
let context: TestContext;
let directory: string;

beforeEach(async () => {
  hub = await startHub([
    {
      kind: 'model',
      name: 'any/thing',
      commits: [{ sha: '1'.repeat(40), files: { 'corpus.zip': archive }, lfs: ['corpus.zip'] }],
    },
  ]);
  context = await testContext({ HF_TOKEN: 'hf_secret' });
  directory = await mkdtemp(join(tmpdir(), 'nx-gguf-url-'));
});

afterEach(async () => {
  await hub.close();
  await context.remove();
  await rm(directory, { recursive: true, force: true });
});

const source = (overrides = {}) =>
  ({
    type: 'url',
    url: `${hub.endpoint}/any/thing/resolve/main/corpus.zip?token=secret`,
    sha256: archive.sha256,
    ...overrides,
  }) as const;

it('brings one file by its digest, and the next time asks for nothing', async () => {
  expect(await fetchUrl(source(), context)).toEqual([
    { sha256: archive.sha256, sizeBytes: archive.sizeBytes },
  ]);
  expect(hub.seen.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
  hub.seen.length = 0;
  expect(await fetchUrl(source(), context)).toEqual([
    { sha256: archive.sha256, sizeBytes: archive.sizeBytes },
  ]);
  expect(hub.seen).toEqual([]);
});

it('takes the file itself where the address is that of its page on a hub', async () => {
  const own = { ...context, env: { ...context.env, HF_ENDPOINT: hub.endpoint } };
  const page = `${hub.endpoint}/any/thing/blob/main/corpus.zip`;
  expect(await fetchUrl(source({ url: page }), own)).toHaveLength(1);
  expect(hub.seen[0]?.url).toBe('/any/thing/resolve/main/corpus.zip');
  await expect(fetchUrl(source({ url: page, sha256: 'b'.repeat(64) }), context)).rejects.toBeDefined();
});

it('takes an empty file, which no range fits', async () => {
  const empty = contentOf('');
  const [commit] = hub.repos[0]?.commits ?? [];
  Object.assign(commit?.files ?? {}, { empty });
  const url = `${hub.endpoint}/any/thing/resolve/main/empty`;
  expect(await fetchUrl(source({ url, sha256: empty.sha256 }), context)).toEqual([
    { sha256: empty.sha256, sizeBytes: 0 },
  ]);
});

it('goes on after a broken connection although the size is not known before', async () => {
  hub.faults.push({ host: 'cdn', url: /./, times: 1, truncateAt: 40 });
  await fetchUrl(source(), context);
  expect(hub.seen.filter(({ host }) => host === 'cdn').map(({ range }) => range)).toEqual([
    'bytes=0-17179869183',
    'bytes=40-17179869223',
  ]);
  expect(await findBlob(context.store, archive)).not.toBeNull();
});

it.each([
  ['other bytes', { sha256: 'a'.repeat(64) }, /DIGEST_MISMATCH/],
  [
    'no such file',
    { url: 'ENDPOINT/absent?token=secret' },
    /SOURCE_NOT_FOUND: http:\/\/127\.0\.0\.1:\d+\/absent: the server answered 404/,
  ],
])('%s: a coded error that does not show the query', async (...[, overrides, message]) => {
  const url = 'url' in overrides ? { url: overrides.url.replace('ENDPOINT', hub.endpoint) } : {};
  const told = await fetchUrl(source({ ...overrides, ...url }), context).then(
    () => 'none',
    (error: unknown) => `${(error as { code: string }).code}: ${(error as Error).message}`,
  );
  expect(told).toMatch(message);
  expect(told + JSON.stringify(context.events)).not.toContain('secret');
});

it('the step takes a member out of it, and writes down no address', async () => {
  const step = fetchUrlStep(source({ member: 'texts/wiki.raw' }), {
    extract: extractMember,
    bring: () => fetchUrl(source(), context),
  });
  expect(step.action).toMatchObject({
    parameters: { type: 'url', member: 'texts/wiki.raw' },
    inputs: [{ role: 'source', name: 'corpus.zip', sha256: archive.sha256 }],
  });
  expect(JSON.stringify(step.action)).not.toContain('secret');
  const bench: Pick<Workbench, 'directory' | 'input' | 'signal' | 'report'> = {
    directory,
    signal: undefined,
    report: () => undefined,
    input: async (file, as) => {
      (await import('node:fs')).symlinkSync((await findBlob(context.store, file)) ?? '', join(directory, as));
    },
  };
  const { files } = await step.run(bench as Workbench);
  expect(files.map(({ name }) => name)).toEqual(['wiki.raw']);
  expect(await readFile(files[0]?.path ?? '', 'utf8')).toBe('text of the corpus');
});
