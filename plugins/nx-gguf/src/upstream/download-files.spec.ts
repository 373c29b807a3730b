import { readFile, readdir, writeFile, mkdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { findBlob } from '../store/blobs.js';
import { downloadsDirectory } from '../store/downloads.js';
import { partialPath } from '../store/downloads.js';
import type { WantedFile } from './download-file.js';
import { downloadFiles } from './download-files.js';
import { hubError } from './hub/hub-errors.js';
import { testContext, type TestContext } from './testing/context.js';
import { bytesOf, contentOf, gitBlobId, largeContent, type Content } from './testing/hub-content.js';
import { startHub, type Fault, type HubServer } from './testing/hub-server.js';

const sha = 'c'.repeat(40);
const large = largeContent((3 << 20) + 17);
const small = contentOf('{"model_type":"tiny"}\n');

let hub: HubServer;
let context: TestContext;

beforeEach(async () => {
  hub = await startHub([
    {
      kind: 'model',
      name: 'org/model',
      commits: [
        { sha, files: { 'model.safetensors': large, 'config.json': small }, lfs: ['model.safetensors'] },
      ],
    },
  ]);
  context = await testContext();
});

/** For a server that sends nothing more. */
const impatient = (): TestContext => ({ ...context, settings: { ...context.settings, stallMs: 400 } });

afterEach(async () => {
  await hub.close();
  await context.remove();
});

function wanted(path: 'model.safetensors' | 'config.json', overrides: Partial<WantedFile> = {}): WantedFile {
  const content = path === 'config.json' ? small : large;
  const place = {
    endpoint: hub.endpoint,
    kind: 'model',
    repository: 'org/model',
    revision: 'main',
    hasToken: false,
  } as const;
  return {
    name: `org/model ${path}`,
    url: `${hub.endpoint}/org/model/resolve/${sha}/${path}`,
    token: null,
    sizeBytes: content.sizeBytes,
    sha256: content.sha256,
    gitOid: null,
    refused: (answer) => hubError(answer, place, path),
    ...overrides,
  };
}

function fault(given: Partial<Fault>): void {
  hub.faults.push({ host: 'cdn', url: /./, times: 1, ...given });
}

async function stored(content: Content): Promise<boolean> {
  const path = await findBlob(context.store, content);
  return path !== null && (await readFile(path)).equals(bytesOf(content));
}

const sent = () => hub.seen.filter(({ host }) => host === 'cdn').map(({ sentBytes }) => sentBytes);

it('brings files into the store, follows redirects, and leaves nothing half-done', async () => {
  expect(await downloadFiles([wanted('model.safetensors'), wanted('config.json')], context)).toEqual([
    { sha256: large.sha256, sizeBytes: large.sizeBytes },
    { sha256: small.sha256, sizeBytes: small.sizeBytes },
  ]);
  expect([await stored(large), await stored(small)]).toEqual([true, true]);
  expect((await readdir(downloadsDirectory(context.store))).filter((name) => name.endsWith('.part'))).toEqual(
    [],
  );
});

it('asks for nothing when a killed process had received all, also of a file of unknown size', async () => {
  for (const sizeBytes of [large.sizeBytes, null]) {
    const file = wanted('model.safetensors', { sizeBytes });
    const alone = await testContext();
    await mkdir(downloadsDirectory(alone.store), { recursive: true });
    await writeFile(partialPath(alone.store, file), bytesOf(large));
    expect(await downloadFiles([file], alone)).toEqual([
      { sha256: large.sha256, sizeBytes: large.sizeBytes },
    ]);
    await alone.remove();
  }
  expect(hub.seen).toEqual([]);
});

it('a pause for the rate limit ends when the user interrupts', async () => {
  const abort = new AbortController();
  const download = downloadFiles([wanted('model.safetensors')], {
    ...context,
    signal: abort.signal,
    settings: { ...context.settings, maxBytesPerSecond: 1 },
  });
  const interrupted = expect(download).rejects.toMatchObject({ code: 'INTERRUPTED' });
  while (hub.seen.length === 0) await pause(5);
  abort.abort();
  await interrupted;
});

it('asks for nothing that the store has already', async () => {
  await downloadFiles([wanted('model.safetensors')], context);
  const before = hub.seen.length;
  await downloadFiles(
    [wanted('model.safetensors', { url: `${hub.endpoint}/elsewhere/same-bytes` })],
    context,
  );
  expect(hub.seen).toHaveLength(before);
});

describe('what passes by itself', () => {
  it.each<[string, Partial<Fault>[]]>([
    ['429 with Retry-After', [{ status: 429, headers: { 'retry-after': '0' } }]],
    ['503 twice', [{ status: 503, times: 2 }]],
    ['a truncated body', [{ truncateAt: 1_500_000 }]],
    [
      'truncated three times in different places',
      [{ truncateAt: 500_000 }, { truncateAt: 1_000_000 }, { truncateAt: 2_500_000 }],
    ],
    ['a stall', [{ stallAt: 2_000_000 }]],
    ['a range that is ignored', [{ truncateAt: 1_500_000 }, { ignoresRange: true }]],
    ['an address of the second host that has expired', [{ status: 403 }]],
    ['wrong bytes, once', [{ corruptAt: 1_234_567 }]],
  ])('%s', async (_, faults) => {
    for (const one of faults) fault(one);
    const isStalled = faults.some(({ stallAt }) => stallAt !== undefined);
    await downloadFiles([wanted('model.safetensors')], isStalled ? impatient() : context);
    expect(await stored(large)).toBe(true);
    expect(hub.faults.every(({ times }) => times === 0)).toBe(true);
  });

  it('and goes on where it stopped', async () => {
    fault({ truncateAt: 1_500_000 });
    await downloadFiles([wanted('model.safetensors')], context);
    expect(hub.seen.filter(({ host }) => host === 'cdn').map(({ range }) => range)).toEqual([
      undefined,
      'bytes=1500000-',
    ]);
    expect(sent()).toEqual([1_500_000, large.sizeBytes - 1_500_000]);
  });

  it('waits as long as the server asks', async () => {
    fault({ status: 429, headers: { 'retry-after': '1' } });
    const from = performance.now();
    await downloadFiles([wanted('model.safetensors')], context);
    expect(performance.now() - from).toBeGreaterThan(950);
  });
});

describe('what ends in an error, and in no file', () => {
  it.each<[string, Partial<Fault>, RegExp]>([
    ['503 for ever', { status: 503, times: 99 }, /DOWNLOAD_FAILED.*answered 503.*given up after 4/],
    [
      'a wait that is too long',
      { status: 429, headers: { 'retry-after': '86400' } },
      /DOWNLOAD_FAILED.*too many requests.*asks to wait 24 h/,
    ],
    ['a connection that always breaks', { truncateAt: 10, times: 99 }, /DOWNLOAD_FAILED.*ended|closed/],
    ['a server that always stalls', { stallAt: 1000, times: 99 }, /DOWNLOAD_FAILED.*stalled/],
    [
      'wrong bytes, again and again',
      { corruptAt: 5, times: 99 },
      /DIGEST_MISMATCH.*org\/model model\.safetensors: its sha256 is [0-9a-f]{64} instead of/,
    ],
    ['401', { host: 'hub', status: 401 }, /HUB_UNAUTHORIZED/],
    ['403', { host: 'hub', status: 403 }, /HUB_FORBIDDEN/],
    [
      'a gated repository',
      { host: 'hub', status: 403, headers: { 'x-error-code': 'GatedRepo' } },
      /HUB_GATED/,
    ],
    [
      'a redirect to no address',
      { host: 'hub', status: 302, headers: { location: 'file:///etc/passwd' } },
      /REDIRECT_REFUSED/,
    ],
    [
      'redirects without end',
      { host: 'hub', status: 302, headers: { location: '/again' }, times: 99 },
      /REDIRECT_REFUSED.*more than 10/,
    ],
  ])('%s', async (...[, one, message]) => {
    fault(one);
    const by = one.stallAt === undefined ? context : impatient();
    await expect(codeAndMessage(downloadFiles([wanted('model.safetensors')], by))).resolves.toMatch(message);
    expect(await stored(large)).toBe(false);
  });

  it('another size than the pinned one', async () => {
    await expect(
      codeAndMessage(
        downloadFiles([wanted('model.safetensors', { sizeBytes: 12, sha256: 'a'.repeat(64) })], context),
      ),
    ).resolves.toMatch(/SIZE_MISMATCH.*3145745 bytes instead of 12/);
    await expect(
      codeAndMessage(
        downloadFiles(
          [wanted('model.safetensors', { sizeBytes: large.sizeBytes + 1, sha256: 'a'.repeat(64) })],
          context,
        ),
      ),
    ).resolves.toMatch(/SIZE_MISMATCH/);
  });

  it('no room on the disk: before anything is fetched', async () => {
    await expect(
      codeAndMessage(
        downloadFiles([wanted('model.safetensors', { sizeBytes: 2 ** 52, sha256: 'a'.repeat(64) })], context),
      ),
    ).resolves.toMatch(/DISK_FULL.*4 PiB are to be fetched/);
    expect(hub.seen).toEqual([]);
  });

  it('HF_HUB_OFFLINE', async () => {
    await expect(
      codeAndMessage(downloadFiles([wanted('config.json')], { ...context, env: { HF_HUB_OFFLINE: '1' } })),
    ).resolves.toMatch(/OFFLINE/);
  });

  it('an interrupt, after which it goes on', async () => {
    fault({ stallAt: 2_000_000 });
    const abort = new AbortController();
    const run = codeAndMessage(
      downloadFiles([wanted('model.safetensors')], { ...context, signal: abort.signal }),
    );
    while (!context.events.some((event) => event.type === 'progress' && event.done > 0)) await pause(5);
    abort.abort();
    await expect(run).resolves.toMatch(/INTERRUPTED/);
    await downloadFiles([wanted('model.safetensors')], context);
    const [, rest = 0] = sent();
    expect(sent()).toHaveLength(2);
    expect(rest).toBeLessThan(large.sizeBytes);
    expect(rest).toBeGreaterThanOrEqual(large.sizeBytes - 2_000_000);
  });
});

it('one failure stops the others, and is the one that is told', async () => {
  fault({ host: 'hub', url: /config\.json/, status: 403 });
  fault({ stallAt: 1_000_000 });
  await expect(
    codeAndMessage(downloadFiles([wanted('model.safetensors'), wanted('config.json')], context)),
  ).resolves.toMatch(/HUB_FORBIDDEN.*config\.json/);
});

describe('what an earlier process left', () => {
  it.each<[string, Buffer, number]>([
    ['the beginning', bytesOf(large).subarray(0, 1_000_000), large.sizeBytes - 1_000_000],
    ['all of it', bytesOf(large), 0],
    ['other bytes', Buffer.alloc(1_000_000, 7), 2 * large.sizeBytes - 1_000_000],
    ['too many bytes', Buffer.alloc(large.sizeBytes + 1), large.sizeBytes],
  ])('%s', async (...[, bytes, expected]) => {
    await mkdir(downloadsDirectory(context.store), { recursive: true });
    await writeFile(partialPath(context.store, { sha256: large.sha256, gitOid: null }), bytes);
    await downloadFiles([wanted('model.safetensors')], context);
    expect(await stored(large)).toBe(true);
    expect(sent().reduce((sum, count) => sum + count, 0)).toBe(expected);
  });
});

it('verifies files that are known by their git object id only', async () => {
  const oid = gitBlobId(bytesOf(small));
  expect(await downloadFiles([wanted('config.json', { sha256: null, gitOid: oid })], context)).toEqual([
    { sha256: small.sha256, sizeBytes: small.sizeBytes },
  ]);
  await expect(
    codeAndMessage(downloadFiles([wanted('config.json', { sha256: null, gitOid: 'd'.repeat(40) })], context)),
  ).resolves.toMatch(/DIGEST_MISMATCH.*git object id is [0-9a-f]{40} instead of dddd/);
});

it('never sends the token to another host', async () => {
  const [repo] = hub.repos;
  if (repo !== undefined) repo.token = 'hf_secret';
  await downloadFiles(
    [wanted('model.safetensors', { token: { origin: hub.endpoint, value: 'hf_secret' } })],
    context,
  );
  expect(hub.seen.map(({ host, authorization }) => [host, authorization])).toEqual([
    ['hub', 'Bearer hf_secret'],
    ['cdn', undefined],
  ]);
  hub.seen.length = 0;
  fault({ host: 'hub', status: 302, headers: { location: `${hub.cdn}/bounce` } });
  fault({
    host: 'cdn',
    status: 302,
    headers: { location: `${hub.endpoint}/org/model/resolve/${sha}/config.json` },
  });
  await expect(
    codeAndMessage(
      downloadFiles(
        [wanted('config.json', { token: { origin: hub.endpoint, value: 'hf_secret' } })],
        context,
      ),
    ),
  ).resolves.toMatch(/SOURCE_NOT_FOUND|HUB_/);
  expect(hub.seen.map(({ authorization }) => authorization)).toEqual([
    'Bearer hf_secret',
    undefined,
    undefined,
  ]);
});

it('stays below the bandwidth cap, and tells progress in bytes', async () => {
  const limited = { ...context, settings: { ...context.settings, maxBytesPerSecond: 4 << 20 } };
  const from = performance.now();
  await downloadFiles([wanted('model.safetensors')], limited);
  expect(performance.now() - from).toBeGreaterThan(600);
  const progress = context.events.filter((event) => event.type === 'progress');
  expect(progress[0]).toMatchObject({
    label: 'downloading org/model model.safetensors',
    done: 0,
    total: large.sizeBytes,
    unit: 'bytes',
  });
  expect(progress.at(-1)).toMatchObject({ done: large.sizeBytes });
});

async function codeAndMessage(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: unknown) => `${(error as { code?: string }).code ?? 'none'}: ${(error as Error).message}`,
  );
}
