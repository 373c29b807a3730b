import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { execa } from 'execa';
import { sha256 } from '../src/core/digest.js';
import type { Manifest, ManifestFile } from '../src/core/generated/manifest.generated.js';
import { flipBit } from '../src/store/testing/temporary-store.js';
import { hasGitLfs } from '../src/upstream/testing/git-fixture.js';
import { startHub, type HubServer } from '../src/upstream/testing/hub-server.js';
import { leftovers } from './support/leftovers.js';
import { createSeededWorkspace } from './support/seeded-store.js';
import { editJson } from './support/small-model.js';
import { realTools } from './support/real-tools.js';
import { scratchDirectory, type NxRun, type TestWorkspace } from './support/workspace.js';

const token = 'hf_token_that_nobody_may_see';
const repository = 'me/tiny-qwen35-GGUF';
const partBytes = 2 << 20;
const variants = ['Q4_K_M', 'Q5_K_M', 'Q6_K', 'Q4_K_M_PLAIN'];
const scratch = scratchDirectory();
const store = join(scratch, 'store');
const outputs: string[] = [];

let hub: HubServer;
let workspace: TestWorkspace;

/** Runs the target alone, as after `nx run tiny-qwen35:card`. */
async function publish(args: readonly string[], onStart?: (pid: number) => void): Promise<NxRun> {
  const identity = {
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.org',
  };
  const run = await workspace.run(['run', 'tiny-qwen35:publish', '--exclude-task-dependencies', ...args], {
    env: { HF_ENDPOINT: hub.endpoint, HF_TOKEN: token, HF_HOME: scratch, ...identity },
    ...(onStart === undefined ? {} : { onStart }),
  });
  outputs.push(run.output);
  return run;
}

const toHub = (...args: string[]) => [`--repository=${repository}`, ...args];
const succeeded = ({ exitCode, output }: NxRun): string => {
  if (exitCode !== 0) throw new Error(output);
  return output;
};
const failed = ({ exitCode, output }: NxRun): string => {
  if (exitCode === 0) throw new Error(output);
  return output;
};
const manifest = (target: string) => workspace.json(`dist/tiny-qwen35/${target}/artifact.json`) as Manifest;
const published = (): ManifestFile[] =>
  [...variants.map((name) => `quantize/${name}`), 'card'].flatMap((target) => manifest(target).files);
const puts = () => hub.seen.filter(({ method }) => method === 'PUT');
const received = (): number => puts().reduce((sum, { receivedBytes }) => sum + receivedBytes, 0);
const commits = () => hub.repos.find(({ name }) => name === repository)?.commits ?? [];
const journals = (): string[] =>
  (existsSync(join(store, 'downloads')) ? readdirSync(join(store, 'downloads')) : [])
    .filter((name) => name.startsWith('upload-'))
    .map((name) => join(store, 'downloads', name));
/** Parts that the journals of unfinished uploads have. */
const arrivedParts = (): number =>
  journals()
    .map((path) => readFileSync(path, 'utf8').trimEnd().split('\n').length - 1)
    .reduce((sum, parts) => sum + parts, 0);

beforeAll(async () => {
  hub = await startHub([]);
  hub.uploads.partBytes = partBytes;
  hub.accounts = [{ token, name: 'me', role: 'write', orgs: [] }];
  workspace = await createSeededWorkspace(join(scratch, 'workspace'), { store, tools: realTools() });
  editJson(workspace, 'models/tiny-qwen35/model.json', (value) => {
    (value as { gates: unknown }).gates = { Q4_K_M: { atMost: { bitsPerWeight: 8, meanKld: 10 } } };
  });
  succeeded(await workspace.run(['run', 'tiny-qwen35:card']));
}, 600_000);

afterAll(async () => {
  await hub.close();
  rmSync(scratch, { recursive: true, force: true });
});

describe('to a hub', () => {
  it('a dry run lists exactly what would be there, and sends nothing', async () => {
    const output = succeeded(await publish(toHub('--dry-run')));
    for (const { name } of published())
      expect(output).toMatch(new RegExp(`^\\| add +\\| ${name.replaceAll('.', '\\.')} `, 'm'));
    expect(output).toContain(
      `${hub.endpoint}/${repository} (to be made): 13 to add, 0 to replace, 0 to delete, 0 to keep`,
    );
    expect(hub.seen.every(({ method }) => method === 'GET')).toBe(true);
    expect(output).not.toContain('link to');
  }, 240_000);

  it('killed in the middle of the uploads, it goes on with the parts that had not arrived', async () => {
    // Seven parts arrive, one less than the smallest file has: no upload ends before it is killed.
    hub.faults.push({ host: 'cdn', method: 'PUT', url: /./, times: 7 });
    hub.faults.push({ host: 'cdn', method: 'PUT', url: /./, times: 1000, slowMs: 60_000 });
    const killed = await publish(toHub('--create'), (pid) => {
      const timer = setInterval(() => {
        if (arrivedParts() < 7) return;
        clearInterval(timer);
        process.kill(-pid, 'SIGKILL');
      }, 20);
    });
    expect(killed.exitCode).not.toBe(0);
    expect(commits()).toHaveLength(1);
    const arrived = arrivedParts();
    expect(arrived).toBe(7);

    hub.faults.length = 0;
    hub.seen.length = 0;
    const output = succeeded(await publish(toHub()));
    const parts = published().reduce(
      (sum, { sizeBytes }) => sum + (sizeBytes > partBytes ? Math.ceil(sizeBytes / partBytes) : 0),
      0,
    );
    expect(puts()).toHaveLength(parts - arrived);
    expect(output).toContain('were sent earlier: going on');
    expect(commits()).toHaveLength(2);
    expect(commits().at(-1)?.summary).toMatch(
      /^tiny-qwen35: Q4_K_M, Q5_K_M, Q6_K, Q4_K_M_PLAIN with llama\.cpp/,
    );
    expect(commits().at(-1)?.description).toContain('- Q4_K_M: Q4_K_M, ');
    expect(journals()).toEqual([]);
  }, 120_000);

  it('the same results again: nothing is sent, no commit is made, and no tool runs', async () => {
    hub.seen.length = 0;
    workspace.processes();
    expect(succeeded(await publish(toHub()))).toContain('nothing to change, 14 files are as they should be');
    expect(hub.seen.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(commits()).toHaveLength(2);
    expect(workspace.processes()).toEqual([]);
  }, 240_000);

  it("Python's huggingface_hub lists and downloads the same bytes", async () => {
    const { stdout } = await execa(
      realTools().python,
      [join(import.meta.dirname, 'support/published.py'), repository, join(scratch, 'python')],
      {
        env: {
          HF_ENDPOINT: hub.endpoint,
          HF_HOME: join(scratch, 'hf'),
          HF_HUB_DISABLE_XET: '1',
          HF_HUB_DISABLE_TELEMETRY: '1',
          HF_HUB_DISABLE_PROGRESS_BARS: '1',
          HF_TOKEN: token,
          PYTHONDONTWRITEBYTECODE: '1',
        },
      },
    );
    const { tree, digests } = JSON.parse(stdout) as { tree: string[]; digests: Record<string, string> };
    expect(tree).toEqual(['.gitattributes', ...published().map(({ name }) => name), 'nx-gguf.json'].sort());
    for (const { name, sha256 } of published()) expect([name, digests[name]]).toEqual([name, sha256]);
  }, 240_000);

  it('a card that was edited on the hub since is not overwritten unless that is asked for', async () => {
    const { commit } = await import('@huggingface/hub');
    const edited = '# edited by hand\n';
    await commit({
      repo: { type: 'model', name: repository },
      title: 'typo',
      operations: [{ operation: 'addOrUpdate', path: 'README.md', content: new Blob([edited]) }],
      hubUrl: hub.endpoint,
      accessToken: token,
    });
    const onHub = () => commits().at(-1)?.files['README.md']?.sha256;
    const digest = createHash('sha256').update(edited).digest('hex');
    expect(onHub()).toBe(digest);
    hub.seen.length = 0;
    const refused = failed(await publish(toHub()));
    expect(refused).toMatch(
      /PUBLISH_CONFLICT: .*README\.md: something else put it there, or changed it since it was published/,
    );
    expect(refused).toContain('Keep what is there by publishing elsewhere, or replace it with --overwrite.');
    expect(failed(await publish(toHub('--dry-run')))).toMatch(/^\| refuse +\| README\.md /m);
    expect(hub.seen.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect([onHub(), commits().length]).toEqual([digest, 3]);
    expect(succeeded(await publish(toHub('--overwrite')))).toContain(
      '0 to add, 1 to replace, 0 to delete, 13 to keep',
    );
    expect([onHub(), commits().length]).toEqual([
      manifest('card').files.find(({ name }) => name === 'README.md')?.sha256,
      4,
    ]);
  }, 240_000);

  it('interrupted, it stops at once and leaves nothing that is half done', async () => {
    hub.faults.push({ host: 'cdn', method: 'PUT', url: /./, times: 1000, slowMs: 100 });
    // An object that the hub has is not sent for another repository either.
    hub.objects.clear();
    hub.seen.length = 0;
    const run = await publish(['--repository=me/interrupted', '--create'], (pid) => {
      const timer = setInterval(() => {
        if (received() < 4 << 20) return;
        clearInterval(timer);
        process.kill(-pid, 'SIGINT');
      }, 20);
    });
    hub.faults.length = 0;
    expect(run.exitCode).not.toBe(0);
    expect(run.output).not.toMatch(/INTERNAL|node:internal/);
    expect(leftovers(store, join(workspace.root, 'dist'))).toEqual([]);
  }, 240_000);
});

describe('what is not published', () => {
  const edited = async (
    path: string,
    change: (text: string) => string,
    work: () => Promise<void>,
  ): Promise<void> => {
    const before = readFileSync(join(workspace.root, path), 'utf8');
    workspace.edit(path, change);
    try {
      await work();
    } finally {
      writeFileSync(join(workspace.root, path), before);
    }
  };
  const toDirectory = (...args: string[]) => publish([`--path=${join(scratch, 'refused')}`, ...args]);

  it(
    'results of another recipe than the declared one',
    () =>
      edited(
        'models/tiny-qwen35/tensor_types.txt',
        (text) => text.replace('ssm_out', 'ffn_down'),
        async () => {
          const output = failed(await toDirectory());
          expect(output).toContain('RESULTS_STALE: tiny-qwen35:publish: not published');
          expect(output).toContain(
            'tiny-qwen35:quantize:Q4_K_M: its result is of another recipe than the declared one',
          );
          expect(output).not.toContain('tiny-qwen35:quantize:Q4_K_M_PLAIN:');
          expect(existsSync(join(scratch, 'refused'))).toBe(false);
          expect(succeeded(await toDirectory('--allowStale', '--dry-run'))).toContain(
            'warning: tiny-qwen35:quantize:Q4_K_M',
          );
        },
      ),
    240_000,
  );

  it(
    'a comment in the recipe changes nothing',
    () =>
      edited(
        'models/tiny-qwen35/tensor_types.txt',
        (text) => `# a comment\n${text}`,
        async () => {
          expect(succeeded(await toDirectory('--dry-run'))).not.toContain('warning');
        },
      ),
    240_000,
  );

  it('files that were changed under dist/', async () => {
    const card = join(workspace.root, 'dist/tiny-qwen35/README.md');
    const text = readFileSync(card);
    rmSync(card);
    writeFileSync(card, 'edited by hand\n');
    expect(failed(await toDirectory())).toContain('dist/tiny-qwen35/README.md is not what its manifest says');
    rmSync(card);
    writeFileSync(card, text);
    const there = join(scratch, 'refused');
    mkdirSync(there);
    writeFileSync(join(there, 'old-Q4_K_M.gguf'), '');
    expect(succeeded(await toDirectory('--dry-run'))).toContain(
      'warning: Q4_K_M: -hf repository:Q4_K_M of llama.cpp takes old-Q4_K_M.gguf, not tiny-qwen35-Q4_K_M.gguf',
    );
    rmSync(there, { recursive: true });
  }, 240_000);

  it(
    'variants that miss their gates',
    () =>
      edited(
        'models/tiny-qwen35/model.json',
        (text) => text.replace('"meanKld":10', '"meanKld":0.000001'),
        async () => {
          const output = failed(await toDirectory('--allowStale'));
          expect(output).toMatch(
            /GATES_NOT_PASSED: tiny-qwen35:publish: not published\n {2}Q4_K_M: mean KLD ≤ 0\.000001 is required, /,
          );
          expect(
            succeeded(
              await publish([
                `--path=${join(scratch, 'without-gates')}`,
                '--allowFailedGates',
                '--allowStale',
              ]),
            ),
          ).toContain('warning: Q4_K_M: mean KLD');
          expect(succeeded(await toDirectory('--variants=Q6_K', '--allowStale', '--dry-run'))).not.toContain(
            'mean KLD',
          );
        },
      ),
    240_000,
  );

  it('results that are not there', async () => {
    const path = join(workspace.root, 'dist/tiny-qwen35/kld/Q6_K/artifact.json');
    const text = readFileSync(path);
    rmSync(path);
    expect(failed(await toDirectory('--allowStale', '--allowFailedGates'))).toContain(
      'tiny-qwen35:kld:Q6_K has no result',
    );
    writeFileSync(path, text);
  }, 240_000);
});

it('to a directory: links to the store, only what differs, and files of others stay', async () => {
  const place = join(workspace.root, 'dist/published/tiny-qwen35');
  // A disk flips a bit of a file that is published: it is made again, and its link under dist/ with it.
  const [damaged] = manifest('quantize/Q6_K').files;
  const { sha256: digest = '', name: damagedName = '' } = damaged ?? {};
  flipBit(join(store, 'blobs', digest.slice(0, 2), digest), 2_000_000);
  expect(succeeded(await publish([]))).toMatch(
    new RegExp(
      `warning: ${damagedName} \\(blob ${digest}\\) is damaged in the store: .*brought or made again`,
    ),
  );
  expect(existsSync(join(store, 'quarantine', digest))).toBe(true);
  expect(sha256(readFileSync(join(workspace.root, 'dist/tiny-qwen35', damagedName)))).toBe(digest);
  for (const { name, sha256 } of published())
    expect(
      createHash('sha256')
        .update(readFileSync(join(place, name)))
        .digest('hex'),
    ).toBe(sha256);
  writeFileSync(join(place, 'notes.md'), 'mine\n');
  expect(succeeded(await publish([]))).toContain('nothing to change, 14 files are as they should be');
  rmSync(join(place, 'README.md'));
  writeFileSync(join(place, 'README.md'), 'edited by hand\n');
  expect(failed(await publish([]))).toMatch(
    /PUBLISH_CONFLICT: .*README\.md: something else put it there, or changed it since it was published/,
  );
  expect(readFileSync(join(place, 'README.md'), 'utf8')).toBe('edited by hand\n');
  expect(succeeded(await publish(['--overwrite']))).toContain(
    '0 to add, 1 to replace, 0 to delete, 13 to keep',
  );
  const pruned = succeeded(await publish(['--variants=Q6_K', '--prune']));
  expect(pruned).toContain('0 to add, 1 to replace, 3 to delete');
  expect(pruned).toContain('warning: README.md: link to tiny-qwen35-Q4_K_M.gguf: there is no such file');
  expect(pruned).not.toContain('link to tiny-qwen35-Q6_K.gguf');
  expect(readdirSync(place).sort()).toEqual([
    'README.md',
    'notes.md',
    'nx-gguf.json',
    'pictures',
    'tiny-qwen35-Q6_K.gguf',
  ]);
}, 240_000);

(hasGitLfs ? it : it.skip)(
  'to a git repository with git-lfs: a clone has the bytes',
  async () => {
    const bare = join(scratch, 'models.git');
    execFileSync('git', ['init', '--quiet', '--bare', '-b', 'main', bare]);
    succeeded(await publish([`--url=${bare}`, '--create', '--variants=Q6_K']));
    expect(succeeded(await publish([`--url=${bare}`, '--variants=Q6_K']))).toContain('nothing to change');
    const [file] = manifest('quantize/Q6_K').files;
    const smudged = execFileSync('git', ['lfs', 'smudge'], {
      cwd: bare,
      input: execFileSync('git', ['show', `main:${file?.name ?? ''}`], { cwd: bare }),
      maxBuffer: 1 << 30,
    });
    expect(createHash('sha256').update(smudged).digest('hex')).toBe(file?.sha256);
  },
  240_000,
);

it('GGUFs above the size are split once, the card lists the parts, and llama.cpp puts them together again', async () => {
  editJson(workspace, 'models/tiny-qwen35/model.json', (value) => {
    Object.assign((value as { publish: object }).publish, {
      splitMaxSize: '12M',
      variants: ['Q6_K'],
      files: ['variants', 'card', 'imatrix', 'plan', 'kld'],
    });
  });
  const place = join(scratch, 'split');
  workspace.processes();
  succeeded(await workspace.run(['run', 'tiny-qwen35:card']));
  expect(workspace.processes()).toEqual(['llama-gguf-split']);
  succeeded(await publish([`--path=${place}`]));
  expect(workspace.processes()).toEqual([]);
  const parts = readdirSync(place)
    .filter((name) => /^tiny-qwen35-Q6_K-\d{5}-of-\d{5}\.gguf$/.test(name))
    .sort();
  expect(parts.length).toBeGreaterThan(1);
  const listed = [
    ...readFileSync(join(place, 'README.md'), 'utf8').matchAll(
      /^\| \[`(tiny-qwen35-Q6_K[^`]*)`\]\(.*<code>(\w+)<wbr>(\w+)<\/code>/gm,
    ),
  ].map(([, name, ...digest]) => [name, digest.join('')]);
  expect(listed).toEqual(
    parts.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(place, name)))
        .digest('hex'),
    ]),
  );
  expect(readdirSync(place, { recursive: true }).map(String)).toEqual(
    expect.arrayContaining(['imatrix.gguf', 'plan/Q6_K.json', 'kld/Q6_K.json']),
  );
  expect(succeeded(await publish([`--path=${place}`]))).toContain('nothing to change');
  expect(workspace.processes()).toEqual([]);
  const merged = join(scratch, 'merged.gguf');
  await execa(join(realTools().bin, 'llama-gguf-split'), ['--merge', join(place, parts[0] ?? ''), merged]);
  const { stdout } = await execa(
    process.execPath,
    [
      join(workspace.root, 'node_modules/nx-gguf/bin/nx-gguf.mjs'),
      'diff',
      merged,
      join(workspace.root, 'dist/tiny-qwen35/tiny-qwen35-Q6_K.gguf'),
    ],
    { env: { NX_GGUF_STORE: store }, reject: false },
  );
  expect(stdout).toMatch(/^0 tensors differ of \d+$/m);
}, 240_000);

it('a file of 1 GiB takes less than 300 MB of memory', async () => {
  const path = join(scratch, 'huge.gguf');
  writeFileSync(path, 'GGUF');
  truncateSync(path, 1 << 30);
  hub.uploads.partBytes = 64 << 20;
  const hash = createHash('sha256').update('GGUF');
  const zeros = Buffer.alloc(1 << 20);
  for (let at = 4; at < 1 << 30; at += zeros.length)
    hash.update(zeros.subarray(0, Math.min(zeros.length, (1 << 30) - at)));
  const sha256 = hash.digest('hex');
  mkdirSync(join(scratch, 'child-store'));
  const { stdout } = await execa(
    process.execPath,
    [
      join(import.meta.dirname, 'support/publish-child.mjs'),
      join(scratch, 'child-store'),
      'me/huge',
      path,
      sha256,
    ],
    { env: { HF_ENDPOINT: hub.endpoint, HF_TOKEN: token } },
  );
  expect(hub.repos.find(({ name }) => name === 'me/huge')?.commits.at(-1)?.files['model.gguf']?.sha256).toBe(
    sha256,
  );
  expect(Number(stdout)).toBeLessThan(300e6);
}, 120_000);

it('the token is in no output, in no log and in no file of the store or of dist/', () => {
  expect(outputs.length).toBeGreaterThan(10);
  for (const output of outputs) expect(output).not.toContain(token);
  expect(
    execFileSync(
      'sh',
      [
        '-c',
        'grep -rlF --exclude-dir=node_modules -- "$0" "$@" || true',
        token,
        store,
        workspace.root,
        join(workspace.root, '.nx'),
      ],
      { encoding: 'utf8' },
    ),
  ).toBe('');
});
