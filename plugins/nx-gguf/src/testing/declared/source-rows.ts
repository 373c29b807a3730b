import { gitBlobOid, sha256 } from '../../core/digest.js';
import { isGgufError } from '../../core/errors.js';
import { tinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { resolveSource, type LockableSource } from '../../upstream/fetch-source.js';
import { testContext } from '../../upstream/testing/context.js';
import { gitFixture } from '../../upstream/testing/git-fixture.js';
import { contentOf } from '../../upstream/testing/hub-content.js';
import { startHub, type HubServer } from '../../upstream/testing/hub-server.js';
import { temporaryDirectory } from '../../store/testing/temporary-store.js';
import { inModel, prefixed } from './model-rows.js';
import { outcomeOf } from './recipe-lab.js';
import { withField, type Row, type Rows } from './row.js';

const header = tinyGguf({
  metadata: [['general.architecture', 'string', 'qwen35']],
  tensors: [{ name: 'token_embd.weight', shape: [256, 512], type: 'bf16' }],
});
const files = { 'a.txt': contentOf('one'), 'b.txt': contentOf('two'), 'm.gguf': contentOf(header) };
const [first, second] = ['c'.repeat(40), 'd'.repeat(40)];

const hubSource = { type: 'huggingface', repository: 'org/one' };
const pinnedFile = { path: 'hello.gguf', sizeBytes: 5, sha256: sha256('hello') };
const entry = (declared: object) => ({ declared, commit: first, files: [pinnedFile] });

/** A hub with two commits of a model and a dataset of the same name; one is started for each question. */
async function withHub<T>(work: (hub: HubServer) => Promise<T>): Promise<T> {
  const commits = [
    { sha: first, files, lfs: ['m.gguf'] },
    { sha: second, files: { 'a.txt': contentOf('three') }, lfs: [] },
  ];
  const hub = await startHub([
    { kind: 'model', name: 'org/one', commits },
    { kind: 'model', name: 'org/two', commits: commits.slice(0, 1) },
    { kind: 'dataset', name: 'org/one', commits: commits.slice(0, 1) },
  ]);
  try {
    return await work(hub);
  } finally {
    await hub.close();
  }
}

/** What a source on the hub is pinned to, or why not. */
const hubRow = (field: string, values: readonly [unknown, unknown], more: object = {}): Row => ({
  values,
  observe: (value) =>
    withHub(async (hub) => {
      const source = withField(
        { type: 'huggingface', repository: 'org/one', revision: first, ...more },
        [field],
        value,
      ) as LockableSource;
      return resolved(source, { HF_ENDPOINT: hub.endpoint });
    }),
});

const ownRepository = 'the repository that is there';
const gitRow = (field: string, values: readonly [unknown, unknown]): Row => ({
  values,
  observe: async (value) => {
    const { bare, commit, git } = gitFixture(temporaryDirectory(), []);
    commit({ 'a.txt': 'one', 'b.txt': 'two' });
    git('push', '--quiet', 'origin', 'main:first');
    commit({ 'a.txt': 'three' });
    const found = await resolved(
      withField(
        { type: 'git', url: bare },
        [field],
        value === ownRepository ? bare : value,
      ) as LockableSource,
      {},
    );
    // Commits have times, so two runs have others.
    return 'files' in found ? found.files : { error: found.error.replaceAll(bare, '') };
  },
});

async function resolved(source: LockableSource, env: Record<string, string>) {
  const context = await testContext(env, { attempts: 1 });
  try {
    const { commit, files: pinned } = await resolveSource(
      source,
      { projectDir: context.store.root, previous: null, use: { kind: 'files' } },
      context,
    );
    return { commit, files: pinned };
  } catch (error) {
    if (!isGgufError(error)) throw error;
    return { error: `${error.code}: ${error.message}`.replaceAll(/127\.0\.0\.1:\d+/g, '') };
  } finally {
    await context.remove();
  }
}

const fetched = (field: string, values: readonly [unknown, unknown], source: object) =>
  inModel(`fetch source.${field}`, values, {
    base: { source },
    files: { 'm/dir/a.txt': 'a', 'm/dir/b.txt': 'b', 'm/dir/model.safetensors': 'weights' },
  });
const path = { type: 'path', path: 'dir' } as const;
const command = { type: 'command', command: ['node', 'x.mjs', '{output}'] } as const;
const url = { type: 'url', url: 'http://127.0.0.1:1/a.txt', sha256: 'a'.repeat(64) } as const;

/** The fields of sources. */
export const sourceRows: Rows = prefixed('source: ', {
  '<path>.path': fetched('path', ['dir', 'dir/a.txt'], path),
  '<path>.include': fetched(
    'include',
    [
      ['a.*', '*.safetensors'],
      ['b.*', '*.safetensors'],
    ],
    path,
  ),
  '<path>.exclude': fetched('exclude', [['a.*'], ['b.*']], path),
  '<command>.command': fetched(
    'command',
    [
      ['node', 'x.mjs', '{output}'],
      ['node', 'y.mjs', '{llamaCpp}'],
    ],
    command,
  ),
  '<command>.env': fetched('env', [['ONE'], ['ONE', 'TWO']], command),
  '<command>.inputs': fetched('inputs', [['dir/a.txt'], ['dir/*.txt']], command),
  '<url>.url': fetched('url', ['http://127.0.0.1:1/a.txt', 'http://127.0.0.1:1/b.txt'], url),
  '<url>.sha256': fetched('sha256', ['a'.repeat(64), 'b'.repeat(64)], url),
  '<url>.member': fetched('member', ['one', 'two'], url),
  '<huggingface>.repository': hubRow('repository', ['org/one', 'org/gone']),
  '<huggingface>.kind': hubRow('kind', ['dataset', 'model'], { revision: second }),
  '<huggingface>.revision': hubRow('revision', [first, second]),
  '<huggingface>.include': hubRow('include', [['a.*'], ['b.*']]),
  '<huggingface>.exclude': hubRow('exclude', [['a.*'], ['b.*']]),
  '<huggingface>.endpoint': hubRow('endpoint', [undefined, 'http://127.0.0.1:1']),
  '<huggingface>.member': lockedRow('member', ['one', 'two']),
  '<git>.url': gitRow(
    'url',
    [undefined, '/nowhere/at/all.git'].map((value) => value ?? '.') as [string, string],
  ),
  '<git>.revision': gitRow('revision', ['first', 'main']),
  '<git>.include': gitRow('include', [['a.*'], ['b.*']]),
  '<git>.exclude': gitRow('exclude', [['a.*'], ['b.*']]),
  '<git>.member': lockedRow('member', ['one', 'two'], { type: 'git', url: 'http://127.0.0.1:1/r.git' }),
});

/** A field of a pinned source, seen in the step that brings it. */
function lockedRow(field: string, values: readonly [unknown, unknown], source: object = hubSource): Row {
  return {
    values,
    observe: (value) =>
      outcomeOf(
        { project: 'm', kind: 'fetch' },
        {
          'm/model.json': { name: 'M', source: withField(source, [field], value) },
          'm/model.lock.json': { format: 1, source: entry(source) },
        },
      ),
  };
}

/** Where model.json declares the source that an entry pins, and the target that takes it. */
const places = {
  source: { model: { source: hubSource }, target: 'fetch' },
  imatrix: { model: { imatrix: { type: 'file', source: hubSource } }, target: 'imatrix' },
  'references.*': { model: { references: { r: { source: hubSource } } }, target: 'reference' },
  planFrom: { model: { planFrom: hubSource }, target: 'plan' },
} as const;

function lockRows([place, { model, target }]: [string, (typeof places)[keyof typeof places]]): Rows {
  const keys = place === 'references.*' ? ['references', 'r'] : [place];
  const variant = { reference: 'r', plan: 'v', fetch: undefined, imatrix: undefined }[target];
  const row = (field: (string | 0)[], values: readonly [unknown, unknown]): Row => ({
    values,
    observe: (value) =>
      withHub((hub) =>
        outcomeOf(
          { project: 'm', kind: target, ...(variant === undefined ? {} : { variant }) },
          {
            'm/checkpoint': 'x',
            'm/model.json': {
              name: 'M',
              source: { type: 'path', path: 'checkpoint' },
              quantize: { v: { ftype: 'Q4_K_M', imatrix: false } },
              ...model,
            },
            'm/model.lock.json': lockWith(place, keys, { field, value }),
          },
          { env: { HF_ENDPOINT: hub.endpoint }, runs: target === 'fetch' },
        ),
      ),
  });
  const size = place === 'planFrom' ? header.length : 5;
  return {
    [`${place}.declared`]: row(['declared'], [hubSource, { ...hubSource, revision: 'other' }]),
    [`${place}.commit`]: row(['commit'], [first, second]),
    [`${place}.files[].path`]: row(
      ['files', 0, 'path'],
      [place === 'planFrom' ? 'm.gguf' : 'hello.gguf', 'other.gguf'],
    ),
    [`${place}.files[].sizeBytes`]: row(['files', 0, 'sizeBytes'], [size, 6]),
    [`${place}.files[].sha256`]: row(
      ['files', 0, 'sha256'],
      [sha256(place === 'planFrom' ? header : 'hello'), 'a'.repeat(64)],
    ),
    [`${place}.files[].gitOid`]: known,
    [`${place}.selection.because`]: row(['selection', 'because'], ['x', 'y']),
    [`${place}.selection.leftOut`]: row(['selection', 'leftOut'], [['x'], ['y']]),
  };
}

function lockWith(
  place: string,
  keys: readonly string[],
  { field, value }: { field: readonly (string | 0)[]; value: unknown },
): object {
  const file =
    place === 'planFrom' ? { path: 'm.gguf', sizeBytes: header.length, sha256: sha256(header) } : pinnedFile;
  const [name = '', , inFile = ''] = field as string[];
  const whole = { ...entry(hubSource), files: [file] };
  const changed =
    inFile === '' ? { ...whole, [name]: value } : { ...whole, files: [{ ...file, [inFile]: value }] };
  return withField({ format: 1 }, keys, changed);
}

/** A file that an earlier pin knows by git's digest is not fetched to be pinned again. */
const known: Row = {
  values: [gitBlobOid(Buffer.from('one')), '0'.repeat(40)],
  observe: (gitOid) =>
    withHub(async (hub) => {
      const context = await testContext({ HF_ENDPOINT: hub.endpoint });
      const source = { ...hubSource, revision: first, include: ['a.txt'] } as LockableSource;
      const file = { path: 'a.txt', sizeBytes: 3, sha256: sha256('one'), gitOid: gitOid as string };
      await resolveSource(
        source,
        {
          projectDir: context.store.root,
          previous: { declared: source, commit: second, files: [file] },
          use: { kind: 'files' },
        },
        context,
      );
      await context.remove();
      return hub.seen.filter(({ url: address }) => address.includes('/resolve/')).length;
    }),
};

/** The fields of locks. */
export const lockedRows: Rows = prefixed(
  'lock: ',
  Object.assign({}, ...Object.entries(places).map(lockRows)) as Record<string, Row>,
);
