import { commit, createBranch, createRepo, listFiles, whoAmI } from '@huggingface/hub';
import { bytesOf, contentOf, largeContent } from './hub-content.js';
import { startHub, type HubServer } from './hub-server.js';

const accessToken = 'hf_writer';
const repo = { type: 'model', name: 'me/made' } as const;
const large = largeContent((5 << 20) + 3);

let hub: HubServer;

beforeAll(async () => {
  hub = await startHub([]);
  hub.uploads.partBytes = 1 << 20;
  hub.accounts = [
    { token: accessToken, name: 'me', role: 'write', orgs: ['org'] },
    { token: 'hf_reader', name: 'me', role: 'read', orgs: [] },
  ];
});

afterAll(() => hub.close());

const common = () => ({ hubUrl: hub.endpoint, accessToken });
const add = (path: string, content: Uint8Array<ArrayBuffer>) => ({
  operation: 'addOrUpdate' as const,
  path,
  content: new Blob([content]),
});

async function listed(revision = 'main'): Promise<[string, number, boolean][]> {
  const entries: [string, number, boolean][] = [];
  for await (const { path, size, lfs } of listFiles({ repo, revision, recursive: true, ...common() }))
    entries.push([path, size, lfs !== undefined]);
  return entries;
}

// The stand-in is only worth something when the hub's own client, unmodified, takes it for a hub.
describe('@huggingface/hub writes to the loopback hub', () => {
  it('says who a token belongs to, and what it may do', async () => {
    expect(await whoAmI(common())).toMatchObject({
      type: 'user',
      name: 'me',
      auth: { accessToken: { role: 'write' } },
    });
    await expect(whoAmI({ ...common(), accessToken: 'hf_nobody' })).rejects.toMatchObject({
      statusCode: 401,
    });
  });

  it('makes a private repository once', async () => {
    expect(await createRepo({ repo, visibility: 'private', ...common() })).toMatchObject({
      repoUrl: `${hub.endpoint}/me/made`,
    });
    await expect(createRepo({ repo, ...common() })).rejects.toMatchObject({ statusCode: 409 });
    await expect(
      createRepo({ repo: { type: 'model', name: 'others/made' }, ...common() }),
    ).rejects.toMatchObject({ statusCode: 403 });
    await expect(listFiles({ repo, hubUrl: hub.endpoint }).next()).rejects.toMatchObject({ statusCode: 401 });
    expect(await listed()).toEqual([['.gitattributes', 92, false]]);
  });

  it('takes a commit of a text, of a binary in one piece, and of a large file in parts; what it has is not sent again', async () => {
    const operations = [
      add('README.md', Buffer.from('# made\n')),
      add('small.gguf', Buffer.from('GGUF\0')),
      add('large.gguf', Buffer.from(bytesOf(large))),
    ];
    const made = await commit({ repo, title: 'files', operations, useXet: false, ...common() });
    expect(hub.repos[0]?.commits.at(-1)).toMatchObject({ sha: made?.commit.oid, summary: 'files' });
    expect(await listed()).toEqual([
      ['.gitattributes', 186, false],
      ['README.md', 7, false],
      ['small.gguf', 5, true],
      ['large.gguf', large.sizeBytes, true],
    ]);
    const puts = hub.seen.filter(({ method }) => method === 'PUT');
    expect(puts.map(({ receivedBytes }) => receivedBytes).sort((a, b) => a - b)).toEqual([
      3,
      5,
      ...Array.from({ length: 5 }, () => 1 << 20),
    ]);
    hub.seen.length = 0;
    await commit({ repo, title: 'again', operations, ...common() });
    expect(hub.seen.filter(({ method }) => method === 'PUT')).toEqual([]);
  });

  it('deletes, and refuses a commit whose parent is no longer the last one', async () => {
    const parentCommit = hub.repos[0]?.commits.at(-1)?.sha ?? '';
    const operations = [{ operation: 'delete' as const, path: 'small.gguf' }];
    await commit({ repo, title: 'delete', operations, parentCommit, ...common() });
    expect((await listed()).map(([path]) => path)).toEqual(['.gitattributes', 'README.md', 'large.gguf']);
    await expect(
      commit({ repo, title: 'delete', operations, parentCommit, ...common() }),
    ).rejects.toMatchObject({ statusCode: 412 });
  });

  it('commits to a branch', async () => {
    await createBranch({ repo, branch: 'next', ...common() });
    await commit({
      repo,
      branch: 'next',
      title: 'next',
      operations: [add('next.txt', Buffer.from('next'))],
      ...common(),
    });
    expect((await listed('next')).map(([path]) => path)).toContain('next.txt');
    expect((await listed()).map(([path]) => path)).not.toContain('next.txt');
  });

  it('refuses bytes that are not what their digest says, a pointer to nothing, and a token that may only read', async () => {
    const oid = contentOf('other').sha256;
    const batch = await fetch(`${hub.endpoint}/me/made.git/info/lfs/objects/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}` },
      body: JSON.stringify({ operation: 'upload', objects: [{ oid, size: 5 }] }),
    });
    const { objects } = (await batch.json()) as { objects: { actions: { upload: { href: string } } }[] };
    expect(
      (await fetch(objects[0]?.actions.upload.href ?? '', { method: 'PUT', body: 'wrong' })).status,
    ).toBe(400);
    const body = [
      { key: 'header', value: { summary: 'x' } },
      { key: 'lfsFile', value: { path: 'x.gguf', oid, size: 5, algo: 'sha256' } },
    ]
      .map((line) => JSON.stringify(line))
      .join('\n');
    expect(
      (
        await fetch(`${hub.endpoint}/api/models/me/made/commit/main`, {
          method: 'POST',
          headers: { authorization: `Bearer ${accessToken}` },
          body,
        })
      ).status,
    ).toBe(400);
    await expect(
      commit({
        repo,
        title: 'x',
        operations: [add('x', Buffer.from('x'))],
        ...common(),
        accessToken: 'hf_reader',
      }),
    ).rejects.toMatchObject({ statusCode: 404 });
  });
});
