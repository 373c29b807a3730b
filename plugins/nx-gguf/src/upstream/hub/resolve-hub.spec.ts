import { findBlob } from '../../store/blobs.js';
import { resolveHub, fetchFromHub } from './resolve-hub.js';
import { testContext, type TestContext } from '../testing/context.js';
import { bytesOf, contentOf, gitBlobId, largeContent, unreadContent } from '../testing/hub-content.js';
import { startHub, type HubServer } from '../testing/hub-server.js';

const [first, second] = ['1'.repeat(40), '2'.repeat(40)] as const;
const weights = largeContent((1 << 20) + 5);
const config = contentOf('{"a":1}\n');
const config2 = contentOf('{"a":2}\n');
const notes = contentOf('# notes\n');
const source = { type: 'huggingface', repository: 'org/model' } as const;

let hub: HubServer;
let context: TestContext;

beforeEach(async () => {
  hub = await startHub([
    {
      kind: 'model',
      name: 'org/model',
      tags: { v1: first },
      commits: [
        {
          sha: first,
          files: {
            'model.safetensors': weights,
            'config.json': config,
            'docs/notes.md': notes,
            '.gitattributes': contentOf('*\n'),
          },
          lfs: ['model.safetensors'],
        },
        {
          sha: second,
          files: { 'model.safetensors': weights, 'config.json': config2, 'docs/notes.md': notes },
          lfs: ['model.safetensors'],
        },
      ],
    },
    {
      kind: 'dataset',
      name: 'org/data',
      commits: [{ sha: first, files: { 'x.zip': weights }, lfs: ['x.zip'] }],
    },
    {
      kind: 'model',
      name: 'org/private',
      token: 'hf_mine',
      commits: [
        {
          sha: first,
          files: { 'model.safetensors': weights, 'config.json': config },
          lfs: ['model.safetensors'],
        },
      ],
    },
    {
      kind: 'model',
      name: 'org/gated',
      token: 'hf_mine',
      isGated: true,
      commits: [{ sha: first, files: { 'model.safetensors': weights }, lfs: ['model.safetensors'] }],
    },
  ]);
  context = await testContext({ HF_ENDPOINT: `${hub.endpoint}/` });
});

afterEach(async () => {
  await hub.close();
  await context.remove();
});

it('pins the commit, and size and sha256 of each file; large files are not fetched for it', async () => {
  expect(await resolveHub(source, context)).toEqual({
    declared: source,
    commit: second,
    files: [
      {
        path: 'config.json',
        sizeBytes: config2.sizeBytes,
        sha256: config2.sha256,
        gitOid: gitBlobId(bytesOf(config2)),
      },
      {
        path: 'docs/notes.md',
        sizeBytes: notes.sizeBytes,
        sha256: notes.sha256,
        gitOid: gitBlobId(bytesOf(notes)),
      },
      { path: 'model.safetensors', sizeBytes: weights.sizeBytes, sha256: weights.sha256 },
    ],
  });
  expect(hub.seen.filter(({ host }) => host === 'cdn')).toEqual([]);
});

it('a fetch with a lock lists nothing, brings every byte, and the next one asks for nothing', async () => {
  const locked = await resolveHub(source, context);
  hub.seen.length = 0;
  await fetchFromHub(source, locked, context);
  expect(hub.seen.filter(({ url }) => url.includes('/tree') || url.includes('/revision/'))).toEqual([]);
  for (const content of [weights, config2, notes])
    expect(await findBlob(context.store, content)).not.toBeNull();
  hub.seen.length = 0;
  await fetchFromHub(source, locked, context);
  expect(hub.seen).toEqual([]);
});

it('takes what a previous resolution knows by git object id', async () => {
  const previous = await resolveHub({ ...source, revision: 'v1' }, context);
  expect(previous.commit).toBe(first);
  hub.seen.length = 0;
  await resolveHub(source, context, { previous });
  expect(hub.seen.filter(({ url }) => url.includes('/resolve/')).map(({ url }) => url)).toEqual([
    `/org/model/resolve/${second}/config.json`,
  ]);
});

it('asks for the commit only when that is the one it knows', async () => {
  const previous = await resolveHub(source, context);
  hub.seen.length = 0;
  expect(await resolveHub(source, context, { previous })).toBe(previous);
  expect(hub.seen).toHaveLength(1);
  expect(await resolveHub({ ...source, include: ['*.json'] }, context, { previous })).not.toEqual(previous);
});

it('asks for literal names only, of a repository of any size', async () => {
  const repo = hub.repos[0];
  if (repo?.commits[1] !== undefined)
    Object.assign(
      repo.commits[1].files,
      Object.fromEntries(
        Array.from({ length: 3000 }, (_, index) => [`shard-${index}.gguf`, contentOf(`${index}`)]),
      ),
    );
  const locked = await resolveHub({ ...source, include: ['docs/notes.md'] }, context);
  expect(locked.files.map(({ path }) => path)).toEqual(['docs/notes.md']);
  expect(hub.seen.map(({ method, url }) => `${method} ${url.split('?')[0] ?? ''}`)).toEqual([
    'GET /api/models/org/model/revision/main',
    `POST /api/models/org/model/paths-info/${second}`,
    `GET /org/model/resolve/${second}/docs/notes.md`,
    `GET /api/resolve-cache/models/org/model/${second}/docs%2Fnotes.md`,
  ]);
});

it('follows pages', async () => {
  hub.pageSize = 1;
  expect(
    (await resolveHub({ ...source, include: ['**/*.md', '*.safetensors'] }, context)).files,
  ).toHaveLength(2);
});

it('datasets', async () => {
  expect(
    (await resolveHub({ type: 'huggingface', repository: 'org/data', kind: 'dataset' }, context)).files,
  ).toHaveLength(1);
});

it('uses the token for private repositories, and keeps it out of everything that is written', async () => {
  const own = { ...context, env: { ...context.env, HF_TOKEN: 'hf_mine' } };
  const locked = await resolveHub({ type: 'huggingface', repository: 'org/private' }, own);
  await fetchFromHub({ type: 'huggingface', repository: 'org/private' }, locked, own);
  expect(JSON.stringify([locked, context.events])).not.toContain('hf_mine');
  expect(
    hub.seen.filter(
      ({ host, authorization }) => (host === 'cdn') === (authorization !== undefined) && host === 'cdn',
    ),
  ).toEqual([]);
});

it('of a model without "include" takes one set of weights, fetches no other, and keeps why in the lock', async () => {
  hub.repos.push({
    kind: 'model',
    name: 'org/two-sets',
    commits: [
      {
        sha: first,
        files: {
          'config.json': config,
          'consolidated.safetensors': unreadContent(14_496_078_512),
          'model-00001-of-00001.safetensors': weights,
          'original/params.json': notes,
          'pytorch_model.bin': unreadContent(14_496_078_000),
        },
        lfs: ['consolidated.safetensors', 'model-00001-of-00001.safetensors', 'pytorch_model.bin'],
      },
    ],
  });
  const two = { type: 'huggingface', repository: 'org/two-sets' } as const;
  const locked = await resolveHub(two, context, { use: { kind: 'checkpoint' } });
  expect(locked.files.map(({ path }) => path)).toEqual(['config.json', 'model-00001-of-00001.safetensors']);
  expect(locked.selection?.leftOut).toEqual(['consolidated.safetensors', 'original/**', 'pytorch_model.bin']);
  expect(context.events).toContainEqual({
    type: 'step',
    message: expect.stringMatching(
      /org\/two-sets: takes model-00001.*leaves out consolidated.*29 GB/,
    ) as string,
  });
  await fetchFromHub(two, locked, context);
  expect(hub.seen.filter(({ url }) => url.includes('params.json'))).toEqual([]);
  const all = { ...locked, files: [...locked.files, { path: 'x', sizeBytes: 1, sha256: 'a'.repeat(64) }] };
  expect(await resolveHub(two, context, { use: { kind: 'checkpoint' }, previous: all })).toEqual(locked);
});

describe('what ends in a coded error that says what to do', () => {
  it.each([
    [
      'no such repository',
      { repository: 'org/absent' },
      {},
      /SOURCE_NOT_FOUND.*no such model, or it is private.*HF_TOKEN/,
    ],
    [
      'a private one, with another token',
      { repository: 'org/private' },
      { HF_TOKEN: 'hf_other' },
      /SOURCE_NOT_FOUND.*or it is private \(404\).*token of HF_TOKEN/,
    ],
    [
      'a private one of a hub that only the source names',
      { repository: 'org/private', endpoint: 'own' },
      { HF_ENDPOINT: 'https://other.example.org', HF_TOKEN: 'hf_mine' },
      /SOURCE_NOT_FOUND.*goes only to the hub that HF_ENDPOINT names: set HF_ENDPOINT=http:\/\/127/,
    ],
    [
      'a dataset where a model is named',
      { repository: 'org/data' },
      {},
      /SOURCE_NOT_FOUND: org\/data: there is no model of this name, and there is a dataset Write "kind": "dataset"/,
    ],
    [
      'a model where a dataset is named',
      { kind: 'dataset' as const },
      {},
      /no dataset of this name, and there is a model Write "kind": "model"/,
    ],
    ['HF_HUB_OFFLINE', {}, { HF_HUB_OFFLINE: '1' }, /OFFLINE: org\/model: the hub has to be asked/],
    ['no such revision', { revision: 'absent' }, {}, /SOURCE_NOT_FOUND.*no revision "absent".*"revision"/],
    ['no such file', { include: ['absent.gguf'] }, {}, /SOURCE_NOT_FOUND.*no absent\.gguf/],
    [
      'no such file, and one of a similar name',
      { include: ['docs/note.md', 'config.json'] },
      {},
      /SOURCE_NOT_FOUND.*no docs\/note\.md.*nearest one there: docs\/notes\.md/,
    ],
    ['nothing that matches', { include: ['*.gguf'] }, {}, /SOURCE_EMPTY/],
    ['a token that is none', {}, { HF_TOKEN: 'two words' }, /BAD_TOKEN: HF_TOKEN does not hold a token/],
    ['an endpoint that is none', {}, { HF_ENDPOINT: 'hub' }, /BAD_ENDPOINT/],
  ])('%s', async (...[, ask, env, message]) => {
    const asked = { ...source, ...ask, ...('endpoint' in ask ? { endpoint: hub.endpoint } : {}) };
    await expect(told(resolveHub(asked, { ...context, env: { ...context.env, ...env } }))).resolves.toMatch(
      message,
    );
    if ('HF_HUB_OFFLINE' in env) expect(hub.seen).toEqual([]);
  });

  it('a gated repository, without a token and without access', async () => {
    const gated = { type: 'huggingface', repository: 'org/gated' } as const;
    const locked = await resolveHub(gated, context);
    await expect(told(fetchFromHub(gated, locked, context))).resolves.toMatch(
      /HUB_GATED.*no token is set \(401\).*Accept its conditions at http:\/\/127\.0\.0\.1:\d+\/org\/gated, then set HF_TOKEN/,
    );
    await expect(
      told(fetchFromHub(gated, locked, { ...context, env: { ...context.env, HF_TOKEN: 'hf_other' } })),
    ).resolves.toMatch(/HUB_GATED.*has not been granted access \(403\)/);
  });

  it('a commit that the lock pins and the hub has no longer', async () => {
    const locked = await resolveHub(source, context);
    hub.repos[0]?.commits.pop();
    await expect(told(fetchFromHub(source, locked, context))).resolves.toMatch(
      /SOURCE_NOT_FOUND.*no revision.*The lock pins a commit.*nx g nx-gguf:update/,
    );
  });

  it('something that is no hub', async () => {
    hub.faults.push({ host: 'hub', url: /./, times: 9, status: 200 });
    await expect(told(resolveHub(source, context))).resolves.toMatch(/HUB_UNUSABLE/);
  });

  it('paths that leave their directory', async () => {
    const files = hub.repos[0]?.commits[1]?.files ?? {};
    files['../../escape.json'] = contentOf('x');
    await expect(
      told(resolveHub({ ...source, include: ['**', '../../escape.json'] }, context)),
    ).resolves.toMatch(/UNSAFE_PATH.*"\.\.\/\.\.\/escape\.json" is refused/);
  });

  it('a listing that goes on on another host does not get the token', async () => {
    const own = { ...context, env: { ...context.env, HF_TOKEN: 'hf_mine' } };
    hub.faults.push({
      host: 'hub',
      url: /\/tree\//,
      times: 1,
      status: 200,
      headers: { link: `<${hub.cdn}/next>; rel="next"` },
    });
    await resolveHub(source, own).catch(() => undefined);
    expect(hub.seen.filter(({ host }) => host === 'cdn').map(({ authorization }) => authorization)).toEqual(
      [],
    );
  });
});

async function told(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: unknown) =>
      `${(error as { code?: string }).code ?? 'none'}: ${(error as Error).message} ${(error as { hint?: string }).hint ?? ''}`,
  );
}
