import { jest } from '@jest/globals';
import type { PublishHub } from '../core/generated/model.generated.js';
import type { TestContext } from '../upstream/testing/context.js';
import { bytesOf, largeContent } from '../upstream/testing/hub-content.js';
import type { Fault, HubServer } from '../upstream/testing/hub-server.js';
import { startPublishingHub, writerToken as token } from '../upstream/testing/publishing-hub.js';
import { hubDestination } from './hub.js';
import { actionsOf, publishFiles, storedFiles, type TestFiles } from './testing/publish.js';

const to: PublishHub = { type: 'huggingface', repository: 'org/model-GGUF' };
const large = largeContent((3 << 20) + 5);

jest.setTimeout(60_000);

let hub: HubServer;
let context: TestContext;
let close: () => Promise<void>;
let files: TestFiles;
/** Pauses that were waited, in seconds; the windows of the hub begin anew after each. */
let waited: number[];

beforeEach(async () => {
  waited = [];
  ({ hub, context, close } = await startPublishingHub(
    { orgs: ['org'], partBytes: 1 << 20 },
    {
      sleep: (ms) => {
        waited.push(ms / 1000);
        for (const limit of [hub.limits.api, hub.limits.resolvers, hub.limits.commits])
          if (limit !== null) limit.left = 1000;
        return Promise.resolve();
      },
    },
  ));
  files = await storedFiles(context.store, {
    'README.md': '# model\n',
    'model-Q4_K_M.gguf': bytesOf(large),
  });
});

afterEach(() => close());

const publish = (choices: Parameters<typeof publishFiles>[2] = {}, more: Partial<PublishHub> = {}) =>
  publishFiles(files, (request) => hubDestination({ ...to, ...more }, request, context), {
    create: true,
    ...choices,
  });
const asked = (url: RegExp) => hub.seen.filter((request) => url.test(request.url));
const commits = () => asked(/\/commit\/main$/);
const waitedSeconds = () => waited.reduce((sum, seconds) => sum + seconds, 0);
const told = () => context.events.flatMap((event) => (event.type === 'step' ? [event.message] : []));
const wholeHashes = () =>
  context.events.filter(
    (event) =>
      event.type === 'progress' && event.label === 'checking what is sent' && event.done === event.total,
  ).length;
const fault = (given: Partial<Fault>) => hub.faults.push({ host: 'hub', url: /./, times: 1, ...given });

describe('a commit that the hub has no room for at the moment (429)', () => {
  it('is sent again when it said, once; nothing is hashed or uploaded a second time', async () => {
    hub.limits.commits = { left: 0, resetSeconds: 271 };
    await publish();
    expect(waitedSeconds()).toBe(271);
    expect(commits()).toHaveLength(2);
    expect(asked(/objects.batch/)).toHaveLength(1);
    expect(wholeHashes()).toBe(1);
    expect(told()).toContainEqual(
      expect.stringMatching(
        /org\/model-GGUF: too many requests \(429\): You have exceeded the rate limit for repository commits .*; trying again in 271 s, as the server asks/,
      ),
    );
  });

  it('is waited for when the time is in its words only', async () => {
    hub.limits.commits = { left: 0, resetSeconds: 600, inWords: true };
    await publish();
    expect([waitedSeconds(), commits().length]).toEqual([600, 2]);
  });

  it('is given up at once when the time is too long, and the message has both', async () => {
    hub.limits.commits = { left: 0, resetSeconds: 3600 };
    await expect(publish()).rejects.toMatchObject({
      code: 'UPLOAD_FAILED',
      message: expect.stringMatching(/asks to wait 60 min, longer than the 15 min/) as unknown,
    });
    expect([waited, commits().length, hub.repos[0]?.commits.length]).toEqual([[], 1, 1]);
  });

  it('ends the wait when the user stops it', async () => {
    const abort = new AbortController();
    context.signal = abort.signal;
    context.settings.sleep = () => {
      abort.abort();
      return Promise.reject(new Error('aborted'));
    };
    hub.limits.commits = { left: 0, resetSeconds: 271 };
    await expect(publish()).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(commits()).toHaveLength(1);
  });
});

describe('a window of requests that is used up', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('after %i requests: the time of the hub is waited', async (left) => {
    hub.limits.api = { left, resetSeconds: 55 };
    await publish();
    expect(waitedSeconds()).toBe(55);
    // The last of them is the commit.
    expect(commits()).toHaveLength(left === 8 ? 2 : 1);
    expect(wholeHashes()).toBe(1);
  });

  it('at the record of what was published: nothing is taken for somebody else’s', async () => {
    await publish();
    files = await storedFiles(context.store, { 'README.md': '# better\n' });
    hub.limits.resolvers = { left: 0, resetSeconds: 30 };
    const { plan } = await publish();
    expect(waitedSeconds()).toBe(30);
    expect(actionsOf(plan)).toMatchObject({ 'README.md': 'replace' });
  });

  it('is what another record read fails for: that is said', async () => {
    await publish();
    fault({ url: /resolve.*nx-gguf/, status: 403 });
    await expect(publish()).rejects.toMatchObject({ code: 'HUB_FORBIDDEN' });
  });
});

describe('a commit of which nobody knows whether it was made', () => {
  it.each<[string, Partial<Fault>, number]>([
    ['an error of the hub that passes', { status: 500 }, 0],
    ['an error with a time', { status: 503, headers: { 'retry-after': '20' } }, 20],
  ])('%s: it is sent again, nothing is hashed again', async (...[, given, seconds]) => {
    fault({ url: /commit.main/, ...given });
    await publish();
    expect(commits()).toHaveLength(2);
    expect(wholeHashes()).toBe(1);
    if (seconds > 0) expect(waitedSeconds()).toBe(seconds);
    expect(hub.repos[0]?.commits).toHaveLength(2);
  });
});

describe('what the hub does not allow', () => {
  it('private storage that is full is no fault of the token', async () => {
    hub.limits.privateBytes = 1 << 20;
    await expect(publish()).rejects.toMatchObject({
      code: 'HUB_STORAGE_FULL',
      message: expect.stringContaining('Private repository storage limit reached') as unknown,
      hint: expect.stringContaining('The token is good') as unknown,
    });
  });

  it('the same files in a public repository', async () => {
    hub.limits.privateBytes = 1 << 20;
    await publish({}, { visibility: 'public' });
    expect(hub.repos[0]?.commits).toHaveLength(2);
  });

  it('a file that is larger than the hub takes is told before anything is asked or sent', async () => {
    const [first] = files.wanted;
    const of = (sizeBytes: number, dryRun: boolean) =>
      hubDestination(
        to,
        {
          wanted: [{ path: 'huge.gguf', sizeBytes, sha256: first?.sha256 ?? '' }],
          create: true,
          dryRun,
        },
        context,
      )(() => Promise.resolve());
    await expect(of(501e9, false)).rejects.toMatchObject({
      code: 'FILE_TOO_LARGE',
      message: 'org/model-GGUF: huge.gguf has 501 GB; the hub takes no file above 500 GB',
      hint: expect.stringContaining('"splitMaxSize"') as unknown,
    });
    expect(hub.seen).toEqual([]);
    await of(501e9, true);
    await of(201e9, false);
    expect(context.events).toEqual([
      { type: 'warning', message: expect.stringContaining('takes no file above 500 GB') as unknown },
      { type: 'warning', message: expect.stringContaining('advises files below 200 GB') as unknown },
    ]);
  });

  it('a file that is larger than this hub takes', async () => {
    hub.limits.fileBytes = 1 << 20;
    await expect(publish()).rejects.toMatchObject({
      code: 'FILE_TOO_LARGE',
      message: expect.stringContaining('Maximum individual file size is') as unknown,
      hint: expect.stringContaining('"splitMaxSize"') as unknown,
    });
  });

  it('public repositories of an owner that forbids them', async () => {
    hub.limits.privateOnly = ['org'];
    await expect(publish({}, { visibility: 'public' })).rejects.toMatchObject({
      code: 'HUB_FORBIDDEN',
      hint: 'Publish with "visibility": "private".',
    });
  });

  it('a commit of somebody who may only propose changes', async () => {
    await publish({}, { visibility: 'public' });
    files = await storedFiles(context.store, { 'README.md': '# better\n' });
    hub.accounts = [{ token, name: 'me', role: 'write', orgs: [] }];
    await expect(publish()).rejects.toMatchObject({
      code: 'HUB_FORBIDDEN',
      hint: expect.stringContaining('No other token of this account helps') as unknown,
    });
  });
});
