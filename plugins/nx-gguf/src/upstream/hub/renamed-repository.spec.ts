import { newRepositoryName } from './renamed-repository.js';
import { fetchFromHub, resolveHub } from './resolve-hub.js';
import { testContext, type TestContext } from '../testing/context.js';
import { contentOf, largeContent } from '../testing/hub-content.js';
import { startHub, type HubServer } from '../testing/hub-server.js';

const sha = 'e'.repeat(40);
const weights = largeContent(1 << 20);
const old = { type: 'huggingface', repository: 'old/name' } as const;

let hub: HubServer;
let context: TestContext;

beforeEach(async () => {
  hub = await startHub([
    {
      kind: 'model',
      name: 'new/name',
      formerNames: ['old/name', 'New/Name'],
      token: 'hf_mine',
      commits: [
        {
          sha,
          files: { 'model.safetensors': weights, 'config.json': contentOf('{}') },
          lfs: ['model.safetensors'],
        },
      ],
    },
  ]);
  context = await testContext({ HF_ENDPOINT: hub.endpoint, HF_TOKEN: 'hf_mine' });
});

afterEach(async () => {
  await hub.close();
  await context.remove();
});

const notices = () => context.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));

it('a renamed repository is followed, with one notice that names the new name', async () => {
  const locked = await resolveHub(old, context);
  expect(locked.files).toHaveLength(2);
  await fetchFromHub(old, locked, context);
  expect(notices()).toEqual([
    expect.stringMatching(
      /^old\/name is named new\/name by now, and the hub redirects to it; write "repository": "new\/name"/,
    ),
  ]);
});

it.each([undefined, ['model.safetensors', 'config.json']])('with "include" %j', async (include) => {
  const source = { ...old, ...(include === undefined ? {} : { include }) };
  expect((await resolveHub(source, context)).files).toHaveLength(2);
  expect(notices()).toHaveLength(1);
});

it('a lock with the old name keeps working, and a fetch by it gives the notice', async () => {
  const locked = await resolveHub({ ...old, repository: 'new/name' }, context);
  expect(notices()).toEqual([]);
  const pinned = {
    ...locked,
    declared: old,
    files: locked.files.filter(({ gitOid }) => gitOid === undefined),
  };
  await fetchFromHub(old, pinned, context);
  expect(notices()).toHaveLength(1);
});

it('other letter case is told as another name', async () => {
  await resolveHub({ ...old, repository: 'New/Name' }, context);
  expect(notices()[0]).toMatch(/^New\/Name is named new\/name/);
});

it('a redirect to another host gets no token, and is no rename', async () => {
  hub.faults.push({
    host: 'hub',
    url: /\/api\/models\/new\/name\/revision/,
    times: 1,
    status: 307,
    headers: { location: `${hub.cdn}/api/models/other/name/revision/main` },
  });
  await expect(resolveHub({ ...old, repository: 'new/name' }, context)).rejects.toBeDefined();
  expect(hub.seen.filter(({ host }) => host === 'cdn').map(({ authorization }) => authorization)).toEqual([
    undefined,
  ]);
  expect(notices()).toEqual([]);
});

describe('newRepositoryName', () => {
  const place = { endpoint: 'https://hub.example.org/hf', kind: 'model', repository: 'a/b' } as const;
  it.each<[string, 'model' | 'dataset', string | null]>([
    ['https://hub.example.org/hf/api/models/c/d/revision/main', 'model', 'c/d'],
    ['https://hub.example.org/hf/api/models/c/d', 'model', 'c/d'],
    ['https://hub.example.org/hf/c/d/resolve/main/x.gguf', 'model', 'c/d'],
    ['https://hub.example.org/hf/api/resolve-cache/models/c/d/0123/x', 'model', 'c/d'],
    ['https://hub.example.org/hf/api/resolve-cache/models/a/b/0123/x', 'model', null],
    ['https://hub.example.org/hf/datasets/c/d/resolve/main/x', 'dataset', 'c/d'],
    ['https://hub.example.org/hf/datasets/c/d/resolve/main/x', 'model', null],
    ['https://cdn.example.org/hf/c/d/resolve/main/x.gguf', 'model', null],
    ['https://hub.example.org/login', 'model', null],
    ['https://hub.example.org/hf/api/models/c/%1b%5b31m/revision/main', 'model', null],
    ['https://hub.example.org/hf/c/%zz/resolve/main/x.gguf', 'model', null],
  ])('of %s for a %s: %s', (...[url, kind, expected]) => {
    expect(newRepositoryName({ hops: [new URL(url)] }, { ...place, kind })).toBe(expected);
  });
});
