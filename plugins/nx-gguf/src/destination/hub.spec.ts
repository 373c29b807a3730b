import { jest } from '@jest/globals';
import { rmSync, statSync, writeFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PublishHub } from '../core/generated/model.generated.js';
import { bytesOf, contentOf, largeContent } from '../upstream/testing/hub-content.js';
import type { TestContext } from '../upstream/testing/context.js';
import type { Fault, HubRepo, HubServer } from '../upstream/testing/hub-server.js';
import { startPublishingHub, writerToken as token } from '../upstream/testing/publishing-hub.js';
import { hubDestination } from './hub.js';
import { actionsOf, publishFiles, storedFiles, type TestFiles } from './testing/publish.js';

const to: PublishHub = { type: 'huggingface', repository: 'org/model-GGUF' };
const partBytes = 1 << 18;
const large = largeContent(10 * partBytes + 3);

// Each test runs a server or git many times; a loaded machine takes its time.
jest.setTimeout(60_000);

let hub: HubServer;
let context: TestContext;
let close: () => Promise<void>;
let files: TestFiles;

beforeEach(async () => {
  ({ hub, context, close } = await startPublishingHub({ orgs: ['org'], partBytes }));
  hub.accounts.push({ token: 'hf_reader', name: 'me', role: 'read', orgs: ['org'] });
  files = await storedFiles(context.store, {
    'README.md': '# model\n',
    'model-Q4_K_M.gguf': bytesOf(large),
    'imatrix.gguf': Buffer.from('GGUF\0small'),
  });
});

afterEach(async () => {
  const told = JSON.stringify(context.events);
  await close();
  // Nothing that is told holds a secret.
  expect(told).not.toMatch(/secret/);
});

const publish = (choices: Parameters<typeof publishFiles>[2] = {}, more: Partial<PublishHub> = {}) =>
  publishFiles(files, (request) => hubDestination({ ...to, ...more }, request, context), choices);
const repo = (): HubRepo => hub.repos[0] ?? { kind: 'model', name: '', commits: [] };
const head = () => repo().commits.find(({ sha }) => sha === repo().branches?.['main']);
const sent = () =>
  hub.seen
    .filter(({ method }) => method === 'PUT')
    .reduce((sum, { receivedBytes }) => sum + receivedBytes, 0);
const fault = (given: Partial<Fault>) => hub.faults.push({ host: 'hub', url: /./, times: 1, ...given });

describe('a repository that is not there', () => {
  it('is not made unless that is asked for, and nothing is sent', async () => {
    await expect(publish()).rejects.toMatchObject({
      code: 'REPOSITORY_MISSING',
      hint: expect.stringContaining('--create') as unknown,
    });
    expect([hub.repos, sent()]).toEqual([[], 0]);
  });

  it.each<[string, Record<string, string>, Partial<PublishHub>, RegExp]>([
    ['OFFLINE', { HF_HUB_OFFLINE: '1' }, {}, /^Unset HF_HUB_OFFLINE/],
    [
      'HUB_UNAUTHORIZED',
      { HF_ENDPOINT: 'https://other.example.org' },
      { endpoint: 'own' },
      /goes only to the hub that HF_ENDPOINT names: set HF_ENDPOINT=http:\/\/127\.0\.0\.1:\d+, and HF_TOKEN/,
    ],
  ])('%s with %j and %j: nothing is asked', async (...[code, env, more, hint]) => {
    const endpoint = more.endpoint === undefined ? {} : { endpoint: hub.endpoint };
    const elsewhere = { ...context, env: { ...context.env, ...env } };
    await expect(
      publishFiles(files, (request) => hubDestination({ ...to, ...endpoint }, request, elsewhere)),
    ).rejects.toMatchObject({ code, hint: expect.stringMatching(hint) as string });
    expect(hub.seen).toEqual([]);
  });

  it('a dry run lists what would be there, and makes nothing', async () => {
    const { plan } = await publish({ dryRun: true });
    expect(plan).toMatchObject({ destination: `${hub.endpoint}/org/model-GGUF`, isNew: true });
    expect(actionsOf(plan)).toEqual({
      'README.md': 'add',
      'imatrix.gguf': 'add',
      'model-Q4_K_M.gguf': 'add',
      'nx-gguf.json': 'add',
    });
    expect([hub.repos, hub.seen.filter(({ method }) => method !== 'GET')]).toEqual([[], []]);
  });

  it('is made, private, and gets everything in one commit', async () => {
    const { made } = await publish({ create: true });
    expect(repo()).toMatchObject({ name: 'org/model-GGUF', token });
    expect(repo().commits).toHaveLength(2);
    expect(head()).toMatchObject({ summary: 'model: Q4_K_M with llama.cpp', description: '- Q4_K_M' });
    expect(made).toBe(`${hub.endpoint}/org/model-GGUF/commit/${head()?.sha ?? ''}`);
    expect(Object.keys(head()?.files ?? {}).sort()).toEqual([
      '.gitattributes',
      'README.md',
      'imatrix.gguf',
      'model-Q4_K_M.gguf',
      'nx-gguf.json',
    ]);
    expect(head()?.lfs).toEqual(['imatrix.gguf', 'model-Q4_K_M.gguf']);
    expect(head()?.files['model-Q4_K_M.gguf']?.sha256).toBe(large.sha256);
    expect(sent()).toBe(large.sizeBytes + 10);
  });

  it('is made public when the model file says so', async () => {
    await publish({ create: true }, { visibility: 'public' });
    expect(repo().token).toBeUndefined();
  });

  it('gets a branch of its own', async () => {
    await publish({ create: true }, { branch: 'next' });
    expect(Object.keys(head()?.files ?? {})).toEqual(['.gitattributes']);
    expect(
      repo().commits.find(({ sha }) => sha === repo().branches?.['next'])?.files['README.md'],
    ).toBeDefined();
  });
});

describe('a repository that was published to', () => {
  beforeEach(async () => {
    await publish({ create: true });
    hub.seen.length = 0;
  });

  it.each<[PublishHub['visibility'], string[]]>([
    [
      'public',
      [
        `org/model-GGUF is private, and "visibility" is public, which a repository gets when it is made; see `,
      ],
    ],
    ['private', []],
    [undefined, []],
  ])(
    'whose visibility is declared as %s is left as it is, and another one is told',
    async (visibility, told) => {
      context.events.length = 0;
      await publish({}, visibility === undefined ? {} : { visibility });
      const warnings = context.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
      expect(warnings).toEqual(told.map((text) => `${text}${hub.endpoint}/org/model-GGUF/settings`));
    },
  );

  it('is left alone when the results are the same: no upload, no commit', async () => {
    expect(actionsOf((await publish()).plan)).toEqual({});
    expect(hub.seen.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(repo().commits).toHaveLength(2);
  });

  it('gets only what differs, and keeps what others put there', async () => {
    const [, published] = repo().commits;
    repo().commits.push({
      sha: 'c'.repeat(40),
      files: { ...published?.files, 'notes.md': contentOf('mine\n') },
      lfs: published?.lfs ?? [],
    });
    repo().branches = { main: 'c'.repeat(40) };
    files = await storedFiles(context.store, {
      'README.md': '# model, better\n',
      'model-Q4_K_M.gguf': bytesOf(large),
    });
    const { plan } = await publish();
    expect(actionsOf(plan)).toEqual({ 'README.md': 'replace', 'nx-gguf.json': 'replace' });
    expect(plan.files.find(({ path }) => path === 'notes.md')).toMatchObject({
      action: 'keep',
      because: 'not published by nx-gguf',
    });
    expect(sent()).toBe(0);
    expect(Object.keys(head()?.files ?? {}).sort()).toEqual([
      '.gitattributes',
      'README.md',
      'imatrix.gguf',
      'model-Q4_K_M.gguf',
      'notes.md',
      'nx-gguf.json',
    ]);
  });

  it('loses what was published earlier only with prune', async () => {
    files = await storedFiles(context.store, { 'README.md': '# model\n' });
    expect(actionsOf((await publish()).plan)).toEqual({});
    expect(actionsOf((await publish({ prune: true })).plan)).toEqual({
      'imatrix.gguf': 'delete',
      'model-Q4_K_M.gguf': 'delete',
      'nx-gguf.json': 'replace',
    });
    expect(Object.keys(head()?.files ?? {}).sort()).toEqual(['.gitattributes', 'README.md', 'nx-gguf.json']);
  });

  it('an object that the hub has under another name is not sent again', async () => {
    files = await storedFiles(context.store, { 'renamed.gguf': bytesOf(large) });
    await publish({ prune: true });
    expect(sent()).toBe(0);
    expect(head()?.files['renamed.gguf']?.sha256).toBe(large.sha256);
  });
});

describe('uploads', () => {
  it('a part that fails in a way that may pass is sent again, and only it', async () => {
    fault({ host: 'cdn', method: 'PUT', url: /partNumber=2/, cutAt: 1000, times: 2 });
    fault({ host: 'cdn', method: 'PUT', url: /partNumber=3/, status: 503 });
    await publish({ create: true });
    const parts = hub.seen
      .filter(({ url }) => url.includes('partNumber='))
      .map(({ url }) => /partNumber=(\d+)/.exec(url)?.[1])
      .sort();
    expect(parts).toEqual(['1', '10', '11', '2', '2', '2', '3', '3', '4', '5', '6', '7', '8', '9']);
    expect(head()?.files['model-Q4_K_M.gguf']?.sha256).toBe(large.sha256);
  });

  it('goes on where an earlier run stopped: parts that arrived are not sent again', async () => {
    fault({ host: 'cdn', method: 'PUT', url: /partNumber=10/, status: 507, times: 9 });
    await expect(publish({ create: true })).rejects.toMatchObject({ code: 'UPLOAD_FAILED' });
    const arrived = [...hub.uploads.open.values()].flatMap(({ etags }) => [...etags.keys()]).length;
    expect(arrived).toBeGreaterThan(4);
    hub.faults.length = 0;
    hub.seen.length = 0;
    await publish({ create: true });
    const parts = hub.seen.filter(({ url }) => url.includes('partNumber='));
    expect(parts).toHaveLength(11 - arrived);
    expect(head()?.files['model-Q4_K_M.gguf']?.sha256).toBe(large.sha256);
    expect(
      readdirSync(join(context.store.root, 'downloads')).filter((name) => name.startsWith('upload-')),
    ).toEqual([]);
  });

  it('asks for another place when the earlier one is no longer good', async () => {
    fault({ host: 'cdn', method: 'PUT', url: /partNumber=10/, status: 507, times: 9 });
    await expect(publish({ create: true })).rejects.toThrow();
    const journal =
      readdirSync(join(context.store.root, 'downloads')).find((name) => name.startsWith('upload-')) ?? '';
    expect(statSync(join(context.store.root, 'downloads', journal)).mode & 0o077).toBe(0);
    hub.faults.length = 0;
    hub.uploads.open.clear();
    await publish({ create: true });
    expect(head()?.files['model-Q4_K_M.gguf']?.sha256).toBe(large.sha256);
  });

  it('gives up when no place takes the bytes', async () => {
    fault({ host: 'cdn', method: 'PUT', url: /partNumber=1&/, status: 403, times: 9 });
    await expect(publish({ create: true })).rejects.toMatchObject({ code: 'UPLOAD_REFUSED' });
    expect(hub.seen.filter(({ url }) => url.includes('partNumber=1&'))).toHaveLength(3);
  });

  it('sends nothing whose bytes are not those of the plan', async () => {
    const content = files.contents.get('model-Q4_K_M.gguf');
    const path = content !== undefined && 'path' in content ? content.path : '';
    rmSync(path);
    writeFileSync(path, Buffer.alloc(large.sizeBytes));
    await expect(publish({ create: true })).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
    expect(sent()).toBe(0);
  });

  it('stops at once when the user stops it', async () => {
    const abort = new AbortController();
    fault({ host: 'cdn', method: 'PUT', url: /./, slowMs: 500, times: 99 });
    context.report = (event) => {
      if (event.type === 'progress' && event.label.startsWith('uploading')) abort.abort();
    };
    context.signal = abort.signal;
    await expect(publish({ create: true })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(repo().commits).toHaveLength(1);
  });
});

describe('a hub that refuses', () => {
  it.each<[string, Partial<Fault>, string]>([
    ['a token it does not know', { url: /whoami/, status: 401 }, 'HUB_UNAUTHORIZED'],
    ['to make a repository here', { url: /repos.create/, status: 403 }, 'HUB_FORBIDDEN'],
    ['the commit', { url: /commit/, status: 400 }, 'HUB_REFUSED'],
    ['the commit for good', { url: /commit/, status: 403 }, 'HUB_FORBIDDEN'],
    ['to say where objects go', { url: /objects.batch/, status: 422 }, 'HUB_REFUSED'],
  ])('%s', async (...[, given, code]) => {
    fault(given);
    await expect(publish({ create: true })).rejects.toMatchObject({ code });
  });

  it.each(['whoami', 'revision', 'preupload', 'objects/batch', 'complete_multipart'])(
    '%s for a while: it is asked again',
    async (url) => {
      fault({ url: new RegExp(url), status: 429, headers: { 'retry-after': '0' } });
      fault({ url: new RegExp(url), status: 503 });
      await publish({ create: true });
      expect(head()?.files['README.md']).toBeDefined();
    },
  );

  it('says what it minds, without control characters', async () => {
    fault({ url: /preupload/, status: 400, body: { error: 'quota\u001b[2J exceeded' } });
    await expect(publish({ create: true })).rejects.toThrow(/answered 400: quota \[2J exceeded$/);
  });

  it('a token that may only read is told before anything is sent', async () => {
    context.env = { ...context.env, HF_TOKEN: 'hf_reader' };
    await expect(publish({ create: true })).rejects.toMatchObject({
      code: 'HUB_FORBIDDEN',
      message: expect.stringContaining('may only read') as unknown,
    });
  });

  it('no token at all; and none goes to a hub that only the model file names', async () => {
    context.env = { HOME: context.store.root, HF_ENDPOINT: hub.endpoint };
    await expect(publish()).rejects.toMatchObject({ code: 'HUB_UNAUTHORIZED' });
    context.env = { ...context.env, HF_TOKEN: token, HF_ENDPOINT: 'https://other.example.org' };
    await expect(publish({}, { endpoint: hub.endpoint })).rejects.toMatchObject({ code: 'HUB_UNAUTHORIZED' });
    expect(hub.seen).toEqual([]);
  });

  it('what does not answer like a hub is told, and gets nothing', async () => {
    fault({ url: /whoami/, status: 200, body: {} });
    await expect(publish({ create: true })).rejects.toMatchObject({ code: 'HUB_UNUSABLE' });
    expect(hub.seen.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it.each<[string, Partial<Fault>, string]>([
    ['where files belong', { url: /preupload/ }, 'HUB_UNUSABLE'],
    ['where objects go', { url: /objects.batch/ }, 'HUB_UNUSABLE'],
    ['what is in a commit', { url: /commit.main/ }, 'HUB_UNUSABLE'],
    ['the tag of a part', { host: 'cdn', method: 'PUT', url: /partNumber=1&/ }, 'UPLOAD_REFUSED'],
  ])('a login page that answers in its place, asked for %s, is no success', async (...[, given, code]) => {
    fault({ ...given, status: 200, body: '<html>', times: 9 });
    await expect(publish({ create: true })).rejects.toMatchObject({ code });
    expect(repo().commits).toHaveLength(1);
  });

  it('a repository that somebody else made meanwhile is used as it is', async () => {
    fault({ url: /repos.create/, status: 409 });
    await expect(publish({ create: true })).rejects.toMatchObject({ code: 'REPOSITORY_MISSING' });
  });

  it('somebody committed meanwhile: the destination has to be looked at again', async () => {
    fault({ url: /commit.main/, status: 412 });
    await expect(publish({ create: true })).rejects.toMatchObject({ code: 'DESTINATION_CHANGED' });
    hub.seen.length = 0;
    expect((await publish()).made).not.toBeNull();
    expect(sent()).toBe(0);
  });
});

it('a commit that was made although its answer was lost is not made again', async () => {
  fault({ url: /commit.main/, losesAnswer: true });
  await expect(publish({ create: true })).rejects.toMatchObject({ code: 'DESTINATION_CHANGED' });
  expect((await publish()).made).toBeNull();
  expect(repo().commits).toHaveLength(2);
});

it('the token goes to the hub, and to no other host', async () => {
  await publish({ create: true });
  expect(
    new Set(hub.seen.filter(({ host }) => host === 'hub').map(({ authorization }) => authorization)),
  ).toEqual(new Set([`Bearer ${token}`, undefined]));
  expect(hub.seen.filter(({ host, authorization }) => host === 'cdn' && authorization !== undefined)).toEqual(
    [],
  );
  expect(
    hub.seen.filter(
      ({ url, authorization }) => url.includes('complete_multipart') && authorization !== undefined,
    ),
  ).toEqual([]);
});
