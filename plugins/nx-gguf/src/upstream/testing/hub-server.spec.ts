import {
  datasetInfo,
  downloadFile,
  fileDownloadInfo,
  listFiles,
  modelInfo,
  pathsInfo,
} from '@huggingface/hub';
import { contentOf, gitBlobId, largeContent } from './hub-content.js';
import { startHub, type HubServer } from './hub-server.js';

const sha = 'a'.repeat(40);
const weights = contentOf(Buffer.alloc(3000, 5));
const config = contentOf('{}\n');
const repo = { type: 'model', name: 'org/model' } as const;

let hub: HubServer;

beforeAll(async () => {
  const commit = {
    sha,
    files: {
      'config.json': config,
      'model.safetensors': weights,
      'nested/deep/notes.md': contentOf('# notes\n'),
    },
    lfs: ['model.safetensors'],
  };
  hub = await startHub([
    { kind: 'model', name: 'org/model', commits: [commit], tags: { 'v1.0': sha } },
    { kind: 'dataset', name: 'org/data', commits: [commit] },
  ]);
});

afterAll(() => hub.close());

// The stand-in is only worth something when the hub's own client, unmodified, takes it for a hub.
describe('@huggingface/hub talks to the loopback hub', () => {
  const hubUrl = () => ({ hubUrl: hub.endpoint });

  it.each(['main', 'v1.0', sha])('model info at %s', async (revision) => {
    expect(
      await modelInfo({ name: repo.name, revision, additionalFields: ['sha'], ...hubUrl() }),
    ).toMatchObject({ name: 'org/model', sha, gated: false, private: false });
  });

  it('dataset info', async () => {
    expect(await datasetInfo({ name: 'org/data', additionalFields: ['sha'], ...hubUrl() })).toMatchObject({
      name: 'org/data',
      sha,
    });
  });

  it('a tree on several pages', async () => {
    hub.pageSize = 2;
    const before = hub.seen.length;
    const entries = [];
    for await (const entry of listFiles({ repo, recursive: true, ...hubUrl() })) entries.push(entry);
    hub.pageSize = 1000;
    expect(hub.seen.length - before).toBe(3);
    expect(entries.map(({ type, path }) => [type, path])).toEqual([
      ['directory', 'nested'],
      ['directory', 'nested/deep'],
      ['file', 'config.json'],
      ['file', 'model.safetensors'],
      ['file', 'nested/deep/notes.md'],
    ]);
    expect(entries[2]).toMatchObject({ oid: gitBlobId(Buffer.from('{}\n')), size: 3 });
    expect(entries[3]?.lfs).toMatchObject({ oid: weights.sha256, size: 3000 });
  });

  it('paths info', async () => {
    expect(
      (await pathsInfo({ repo, paths: ['model.safetensors', 'absent'], ...hubUrl() })).map(
        ({ path, lfs }) => [path, lfs?.oid],
      ),
    ).toEqual([['model.safetensors', weights.sha256]]);
  });

  it('download info and bytes, large and small, over the redirects', async () => {
    expect(await fileDownloadInfo({ repo, path: 'config.json', ...hubUrl() })).toMatchObject({ size: 3 });
    expect(await fileDownloadInfo({ repo, path: 'absent', ...hubUrl() })).toBeNull();
    for (const [path, content] of [
      ['model.safetensors', weights],
      ['config.json', config],
    ] as const) {
      const blob = await downloadFile({ repo, path, ...hubUrl() });
      expect(contentOf(new Uint8Array((await blob?.arrayBuffer()) ?? [])).sha256).toBe(content.sha256);
    }
  });

  it('the pointer of a file in LFS', async () => {
    const pointer = await downloadFile({ repo, path: 'model.safetensors', raw: true, ...hubUrl() });
    expect(await pointer?.text()).toBe(
      `version https://git-lfs.github.com/spec/v1\noid sha256:${weights.sha256}\nsize 3000\n`,
    );
  });

  it.each([
    ['no such repository', { name: 'org/absent' }, 401],
    ['no such revision', { name: 'org/model', revision: 'absent' }, 404],
  ])('%s', async (...[, ask, statusCode]) => {
    await expect(modelInfo({ ...ask, ...hubUrl() })).rejects.toMatchObject({ statusCode });
  });
});

describe('a file on Xet, a renamed repository and a large file, for the same client', () => {
  const large = largeContent((1 << 20) + 777);
  let other: HubServer;

  beforeAll(async () => {
    other = await startHub([
      {
        kind: 'model',
        name: 'new/name',
        formerNames: ['old/name'],
        commits: [
          {
            sha,
            files: { 'on-xet.safetensors': large, 'in-lfs.safetensors': large, 'config.json': config },
            lfs: ['on-xet.safetensors', 'in-lfs.safetensors'],
            xet: ['on-xet.safetensors'],
          },
        ],
      },
    ]);
  });

  afterAll(() => other.close());

  const ask = (path: string, name = 'new/name') => ({
    repo: { type: 'model', name } as const,
    path,
    revision: sha,
    hubUrl: other.endpoint,
  });

  it.each([
    [0, large.sizeBytes],
    [0, 1],
    [16_383, 16_385],
    [524_287, 524_290],
    [777_777, large.sizeBytes],
  ])('bytes %i to %i come by Xet', async (from, to) => {
    const info = await fileDownloadInfo(ask('on-xet.safetensors'));
    expect(info).toMatchObject({ size: large.sizeBytes, xet: { hash: expect.any(String) as string } });
    const blob = await downloadFile(ask('on-xet.safetensors'));
    const bytes = Buffer.from((await blob?.slice(from, to).arrayBuffer()) ?? new ArrayBuffer());
    expect(bytes.equals(Buffer.concat([...large.read(from, to)]))).toBe(true);
  });

  it('one that is in LFS alone does not', async () => {
    expect((await fileDownloadInfo(ask('in-lfs.safetensors')))?.xet).toBeUndefined();
  });

  it('a former name leads to the repository', async () => {
    const { name } = await modelInfo({ name: 'old/name', hubUrl: other.endpoint });
    expect(name).toBe('new/name');
    expect(await (await downloadFile(ask('config.json', 'old/name')))?.text()).toBe('{}\n');
    const { status, headers } = await fetch(`${other.endpoint}/old/name/resolve/main/config.json`, {
      redirect: 'manual',
    });
    expect([status, headers.get('location')]).toEqual([307, '/new/name/resolve/main/config.json']);
  });

  it('an answer above the limit of the second host is refused, and its ranges are served', async () => {
    other.largestAnswerBytes = 1 << 20;
    const url = `${other.endpoint}/new/name/resolve/main/in-lfs.safetensors`;
    expect((await fetch(url)).status).toBe(400);
    expect((await fetch(url, { headers: { range: 'bytes=0-99' } })).status).toBe(206);
  });
});
