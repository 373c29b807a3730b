import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../core/digest.js';
import { tinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { noRemotes } from '../../remote/create-remotes.js';
import { adoptBytes, temporaryDirectory, temporaryStore } from '../../store/testing/temporary-store.js';
import { contentOf, type Content } from '../../upstream/testing/hub-content.js';
import { startHub, type HubRepo, type HubServer } from '../../upstream/testing/hub-server.js';
import type { ModelHeaders } from '../../steps/gguf/gguf-header.js';
import { modelHeadersOf } from './model-headers.js';
import { createResults } from '../../results/create-results.js';
import type { RecipePorts } from '../ports.js';
import type { PlanFrom } from './variant-request.js';

const sha = 'c'.repeat(40);
const weights = new Uint8Array(1 << 20);
const gguf = (...tensors: string[]): Uint8Array =>
  tinyGguf({
    metadata: [['general.architecture', 'string', 'llama']],
    tensors: tensors.map((name) => ({ name, shape: [512, 512], data: weights })),
  });
const [whole, one, two] = [gguf('a', 'blk.7.b'), gguf('blk.0.a'), gguf('blk.7.b')] as const;
const files: Record<string, Content> = {
  'README.md': contentOf('# notes\n'),
  'whole.gguf': contentOf(whole),
  'm-00001-of-00002.gguf': contentOf(one),
  'm-00002-of-00002.gguf': contentOf(two),
};
const repo = (name: string, rest: Partial<HubRepo> = {}): HubRepo => ({
  kind: 'model',
  name,
  commits: [{ sha, files, lfs: Object.keys(files).filter((file) => file.endsWith('.gguf')) }],
  ...rest,
});

let hub: HubServer;

beforeAll(async () => {
  hub = await startHub([repo('org/open'), repo('org/private', { token: 'hf_mine' })]);
});
afterEach(() => {
  hub.seen.length = hub.faults.length = 0;
});
afterAll(() => hub.close());

/** The ports of a project without a model, and what it says the headers are. */
function given(env: Record<string, string> = {}) {
  const root = temporaryDirectory();
  mkdirSync(join(root, 'models/m'), { recursive: true });
  const store = temporaryStore();
  const told: string[] = [];
  const ports: RecipePorts = createResults(
    {
      workspace: { root, projects: { m: { root: 'models/m' } } },
      store,
      remotes: noRemotes(store),
      env: { HF_ENDPOINT: hub.endpoint, HOME: root, ...env },
      report: (event) => {
        if ('message' in event) told.push(event.message);
      },
      signal: undefined,
    },
    { transfer: { backoffMs: 1 } },
  );
  const headers = (include: string[], repository = 'org/open') =>
    headersOf({ type: 'huggingface', repository, include });
  const headersOf = async (from: PlanFrom) =>
    (
      await modelHeadersOf(
        {
          ref: { project: 'm', kind: 'plan', variant: 'v' },
          toolchain: 'llama-cpp',
          from,
        },
        ports,
      )
    ).headers;
  return { store, told, headers, headersOf };
}

const digestsOf = (...ggufs: Uint8Array[]) =>
  ggufs.map((bytes) => sha256(bytes.subarray(0, bytes.length - (bytes === whole ? 2 : 1) * weights.length)));
const read = ({ files: found, sizesBytes }: ModelHeaders) => ({
  digests: found.map((file) => file.sha256),
  sizesBytes,
});

it.each<[string, string, RegExp]>([
  ['FILE_UNFIT', '.', /^Name the GGUF in it/],
  ['FILE_MISSING', 'm.gguf', /relative to the directory of the project/],
])('a path that is none ends in %s: %s', async (code, path, hint) => {
  await expect(given().headersOf({ type: 'path', path })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(path) as string,
    hint: expect.stringMatching(hint) as string,
  });
});

describe('the headers of a GGUF that a model declares on a hub', () => {
  it('are read by ranges, once: the lock pins the file', async () => {
    const { headers, told } = given();
    expect(read(await headers(['whole.gguf']))).toEqual({
      digests: digestsOf(whole),
      sizesBytes: [whole.length],
    });
    expect(hub.seen.reduce((sum, { sentBytes }) => sum + sentBytes, 0)).toBeLessThan(300 * 1024);
    expect(told).toContain('reading the header of org/open whole.gguf');
    hub.seen.length = 0;
    await headers(['whole.gguf']);
    expect(hub.seen).toEqual([]);
  });

  it('say which metadata and blocks there are, of all files together', async () => {
    const { headers } = given();
    expect((await headers(['m-*.gguf'])).contents).toEqual({
      metadata: { 'general.architecture': 'string' },
      blocks: [0, 7],
    });
  });

  it('are those of all files of a split one', async () => {
    const { headers } = given();
    expect(read(await headers(['m-*.gguf']))).toEqual({
      digests: digestsOf(one, two),
      sizesBytes: [one.length, two.length],
    });
  });

  it('come from the store when it has the file', async () => {
    const { headers, store } = given();
    await adoptBytes(store, whole);
    await headers(['whole.gguf']);
    expect(hub.seen.filter(({ url }) => url.includes('/resolve/'))).toEqual([]);
  });

  it('of a private repository take the token of its owner, which goes to no other host', async () => {
    const { headers, told } = given({ HF_TOKEN: 'hf_mine' });
    expect(read(await headers(['whole.gguf'], 'org/private')).digests).toEqual(digestsOf(whole));
    expect(
      new Set(hub.seen.map(({ host, authorization }) => `${host} ${authorization ?? 'anonymous'}`)),
    ).toEqual(new Set(['hub Bearer hf_mine', 'cdn anonymous']));
    expect(told.join()).not.toMatch(/hf_mine|Signature/);
  });

  it.each<[string, string[], string, Record<string, string>]>([
    [
      'PLAN_FROM_INCOMPLETE',
      ['m-00001-of-00002.gguf'],
      'planFrom has a split GGUF without m-00002-of-00002.gguf',
      {},
    ],
    ['PLAN_FROM_AMBIGUOUS', ['*.gguf'], 'planFrom has 2 models: m-00001-of-00002.gguf, whole.gguf', {}],
    ['PLAN_FROM_AMBIGUOUS', ['README.md'], 'planFrom has no GGUF', {}],
    ['SOURCE_NOT_FOUND', ['none.gguf'], 'there is no none.gguf', {}],
    ['LOCK_MISSING', ['whole.gguf'], 'does not pin planFrom', { CI: 'true' }],
  ])('%s for %j: %s', async (...[code, include, message, env]) => {
    await expect(given(env).headers(include)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
  });

  it('are refused in the words of the hub', async () => {
    await expect(given().headers(['whole.gguf'], 'org/private')).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      hint: expect.stringContaining('HF_TOKEN') as string,
    });
    hub.faults.push({ host: 'hub', url: /\/resolve\//, times: 1, status: 401 });
    await expect(given().headers(['whole.gguf'])).rejects.toMatchObject({
      code: 'HUB_UNAUTHORIZED',
      message: expect.stringContaining('org/open whole.gguf') as string,
    });
  });

  it('need a server that serves ranges', async () => {
    hub.faults.push({ host: 'cdn', url: /./, times: 9, ignoresRange: true });
    const error: unknown = await given()
      .headers(['whole.gguf'])
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'HTTP_NO_RANGES' });
    expect(String(error)).not.toContain('Signature');
  });

  it('are asked for again when the server is busy', async () => {
    hub.faults.push({ host: 'cdn', url: /./, times: 2, status: 503 });
    await expect(given().headers(['whole.gguf'])).resolves.toMatchObject({ sizesBytes: [whole.length] });
  });
});
