import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { bytesOf, contentOf, gitBlobId, largeContent } from '../src/upstream/testing/hub-content.js';
import { startHub, type HubServer } from '../src/upstream/testing/hub-server.js';
import { realTools } from './support/real-tools.js';
import { createWorkspace, scratchDirectory, type TestWorkspace } from './support/workspace.js';

const sha = 'b'.repeat(40);
const large = largeContent(300 << 20);
const small = contentOf('{}\n');
const notes = contentOf('# notes\n');
const scratch = scratchDirectory();

let hub: HubServer;
let workspace: TestWorkspace;

beforeAll(async () => {
  hub = await startHub([
    {
      kind: 'model',
      name: 'org/large',
      commits: [
        { sha, files: { 'config.json': small, 'model.safetensors': large }, lfs: ['model.safetensors'] },
      ],
    },
    {
      kind: 'model',
      name: 'org/small',
      commits: [
        {
          sha,
          files: {
            'config.json': small,
            'model.safetensors': contentOf('weights'),
            'nested/notes.md': notes,
          },
          lfs: ['model.safetensors'],
        },
      ],
    },
    {
      kind: 'model',
      name: 'org/gated',
      token: 'hf_granted',
      isGated: true,
      commits: [{ sha, files: { 'model.safetensors': contentOf('weights') }, lfs: ['model.safetensors'] }],
    },
  ]);
  workspace = await createWorkspace(join(scratch, 'workspace'), {
    store: join(scratch, 'store'),
    tools: realTools(),
  });
}, 120_000);

afterAll(async () => {
  await hub.close();
  rmSync(scratch, { recursive: true, force: true });
});

// The stand-in is only worth something when the hub's own clients, unmodified, take it for a hub.
it("Python's huggingface_hub talks to the loopback hub", async () => {
  hub.pageSize = 2;
  const { stdout } = await execa(
    realTools().python,
    [join(import.meta.dirname, 'support/hub-client.py'), 'org/small', 'org/gated', join(scratch, 'python')],
    {
      env: {
        HF_ENDPOINT: hub.endpoint,
        HF_HOME: join(scratch, 'hf'),
        HF_HUB_DISABLE_XET: '1',
        HF_HUB_DISABLE_TELEMETRY: '1',
        HF_HUB_DISABLE_PROGRESS_BARS: '1',
        HF_TOKEN: '',
        PYTHONDONTWRITEBYTECODE: '1',
      },
    },
  );
  hub.pageSize = 1000;
  const weights = contentOf('weights');
  const digests = {
    'config.json': small.sha256,
    'model.safetensors': weights.sha256,
    'nested/notes.md': notes.sha256,
  };
  expect(JSON.parse(stdout)).toEqual({
    sha,
    siblings: Object.keys(digests),
    commit: sha,
    etag: weights.sha256,
    size: 7,
    snapshot: digests,
    single: '# notes\n',
    paths: ['model.safetensors'],
    tree: [
      ['config.json', 3, gitBlobId(bytesOf(small))],
      ['model.safetensors', 7, weights.sha256],
      ['nested/notes.md', 8, gitBlobId(bytesOf(notes))],
    ],
    errors: [
      'RepositoryNotFoundError',
      'RevisionNotFoundError',
      'RemoteEntryNotFoundError',
      'GatedRepoError',
    ],
  });
}, 120_000);

describe('a fetch of 300 MiB that is killed', () => {
  beforeAll(() => {
    const root = join(workspace.root, 'models/large');
    mkdirSync(root);
    writeFileSync(
      join(root, 'model.json'),
      JSON.stringify({ name: 'large', source: { type: 'huggingface', repository: 'org/large' } }),
    );
    writeFileSync(
      join(root, 'project.json'),
      JSON.stringify({ name: 'large', targets: { fetch: { executor: 'nx-gguf:fetch' } } }),
    );
  });

  const run = (onStart?: (pid: number) => void) =>
    workspace.run(['run', 'large:fetch'], {
      env: { HF_ENDPOINT: hub.endpoint, CI: '' },
      ...(onStart === undefined ? {} : { onStart }),
    });
  const sent = () =>
    hub.seen.filter(({ host }) => host === 'cdn').reduce((sum, { sentBytes }) => sum + sentBytes, 0);

  it('goes on where it stopped: bytes that are there are not fetched again', async () => {
    hub.seen.length = 0;
    hub.faults.push({ host: 'cdn', url: /./, times: 1, slowMs: 8 });
    const killed = await run((pid) => {
      const timer = setInterval(() => {
        if (sent() < 100 << 20) return;
        clearInterval(timer);
        process.kill(-pid, 'SIGKILL');
      }, 20);
    });
    expect(killed.exitCode).not.toBe(0);
    const downloads = join(scratch, 'store/downloads');
    const part = readdirSync(downloads).find((name) => name.endsWith('.part')) ?? '';
    const receivedBytes = statSync(join(downloads, part)).size;
    expect(part).toBe(`${large.sha256}.part`);
    expect(receivedBytes).toBeGreaterThan(50 << 20);

    hub.seen.length = 0;
    const resumed = await run();
    expect({ exitCode: resumed.exitCode, output: resumed.output }).toMatchObject({ exitCode: 0 });
    expect(hub.seen.filter(({ host }) => host === 'cdn').map(({ range }) => range)).toEqual([
      `bytes=${receivedBytes}-`,
    ]);
    expect(sent()).toBe(large.sizeBytes - receivedBytes);
    const { files } = workspace.json('dist/large/fetch/artifact.json') as { files: unknown[] };
    expect(files).toContainEqual({
      name: 'model.safetensors',
      sha256: large.sha256,
      sizeBytes: large.sizeBytes,
    });
    const { stdout } = await execa('sha256sum', [
      join(scratch, 'store/blobs', large.sha256.slice(0, 2), large.sha256),
    ]);
    expect(stdout.split(' ')[0]).toBe(large.sha256);
    expect(readdirSync(downloads).filter((name) => name.endsWith('.part'))).toEqual([]);
    hub.seen.length = 0;
    expect((await run()).exitCode).toBe(0);
    expect(hub.seen).toEqual([]);
  }, 180_000);
});

it('a file of 1 GiB takes less than 200 MB of memory', async () => {
  const huge = largeContent(1 << 30);
  hub.repos.push({
    kind: 'model',
    name: 'org/huge',
    commits: [{ sha, files: { 'model.safetensors': huge }, lfs: ['model.safetensors'] }],
  });
  const { stdout } = await execa(process.execPath, [
    join(import.meta.dirname, 'support/download-child.mjs'),
    join(scratch, 'huge-store'),
    `${hub.endpoint}/org/huge/resolve/${sha}/model.safetensors`,
    huge.sha256,
    String(huge.sizeBytes),
  ]);
  expect(Number(stdout)).toBeLessThan(200e6);
}, 120_000);
