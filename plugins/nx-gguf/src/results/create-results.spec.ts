import { chmodSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import type { WorkEvent } from '../core/events.js';
import type { Source } from '../core/generated/source.generated.js';
import { noRemotes } from '../remote/create-remotes.js';
import type { RemoteStore } from '../remote/remote-store.js';
import { joinRemotes, type Remotes } from '../remote/remotes.js';
import { guard } from '../remote/testing/guard.js';
import { memoryRemote } from '../remote/testing/memory-remote.js';
import { manifestText } from '../store/actions.js';
import { discardBlob } from '../store/blobs.js';
import type { StoreLayout } from '../store/layout.js';
import {
  age,
  idOf,
  manifestOf,
  put,
  temporaryDirectory,
  temporaryStore,
} from '../store/testing/temporary-store.js';
import { createResults } from './create-results.js';
import type { Results } from './results.js';

const ref = { project: 'texts', kind: 'fetch' } as const;
const text = 'text to evaluate on';
const file = { name: 'a.txt', ...idOf(text) };
const program = (content: string): string =>
  `import { appendFileSync, writeFileSync } from 'node:fs';\nappendFileSync('runs', 'x');\nwriteFileSync(process.argv[2] + '/a.txt', ${content});\n`;

interface Given {
  results: Results;
  store: StoreLayout;
  remotes: Remotes;
  told: WorkEvent[];
  /** Directory of the corpus project. */
  project: string;
  manifest: string;
  /** How often the program ran. */
  runs: () => number;
  /** Other results over the same workspace and store, as a later command has it. */
  later: () => Results;
}

const written: Source = { type: 'command', command: ['node', 'make.mjs', '{output}'], inputs: ['make.mjs'] };

/** A workspace with one corpus, which a program writes unless the source says otherwise. */
function given(source: Source = written, remote?: RemoteStore): Given {
  const root = temporaryDirectory();
  const project = join(root, 'corpora/texts');
  put(join(project, 'corpus.json'), JSON.stringify({ source }));
  put(join(project, 'make.mjs'), program(JSON.stringify(text)));
  const store = temporaryStore();
  const told: WorkEvent[] = [];
  const workspace = { root, projects: { texts: { root: 'corpora/texts' } } };
  const remotes =
    remote === undefined
      ? noRemotes(store)
      : joinRemotes({
          store,
          remotes: [guard(remote, { store })],
          sharesSources: true,
          report: (event) => told.push(event),
          signal: undefined,
        });
  const later = (): Results =>
    createResults({
      workspace,
      store,
      remotes,
      env: {},
      report: (event) => told.push(event),
      signal: undefined,
    });
  return {
    results: later(),
    store,
    remotes,
    told,
    project,
    later,
    manifest: join(root, 'dist/texts/fetch/artifact.json'),
    runs: () => (existsSync(join(project, 'runs')) ? readFileSync(join(project, 'runs'), 'utf8').length : 0),
  };
}

describe('obtain', () => {
  it('makes an artifact once, and writes its manifest where Nx expects it', async () => {
    const { results, manifest, runs, later } = given();
    const made = await results.obtain(ref);
    expect(made).toMatchObject({ origin: 'run', manifest: { step: 'fetch', files: [file] } });
    expect(readFileSync(manifest, 'utf8')).toBe(manifestText(made.manifest));
    await expect(later().obtain(ref)).resolves.toEqual({ ...made, origin: 'store' });
    expect(runs()).toBe(1);
  });

  it('knows the result whose manifest Nx brought, though the store does not, and makes its files when they are needed', async () => {
    const { results, store, manifest, runs, later } = given();
    const made = await results.obtain(ref);
    rmSync(store.actions, { recursive: true });
    await discardBlob(store, file.sha256);
    await expect(later().obtain(ref)).resolves.toEqual({ ...made, origin: 'store' });
    expect([runs(), existsSync(store.action(made.manifest.actionKey))]).toEqual([1, false]);
    await expect(later().obtain(ref, { needFiles: true })).resolves.toEqual(made);
    expect(runs()).toBe(2);
    // One of other work is no answer.
    rmSync(store.actions, { recursive: true });
    put(manifest, manifestText({ ...made.manifest, actionKey: 'f'.repeat(64) }));
    await expect(later().obtain(ref)).resolves.toEqual(made);
  });

  it('leaves a manifest alone that is right', async () => {
    const { results, manifest } = given();
    await results.obtain(ref);
    age(manifest, 60_000);
    const { mtimeMs } = statSync(manifest);
    await results.obtain(ref);
    expect(statSync(manifest).mtimeMs).toBe(mtimeMs);
  });

  it.each(['{', '{"format":2}', manifestText(manifestOf({}))])('replaces the manifest %j', async (wrong) => {
    const { results, manifest } = given();
    put(manifest, wrong);
    const { manifest: made } = await results.obtain(ref);
    expect(readFileSync(manifest, 'utf8')).toBe(manifestText(made));
  });

  it('runs a step again for files that are gone, when they are needed', async () => {
    const { results, store, runs } = given();
    await results.obtain(ref);
    await discardBlob(store, file.sha256);
    await expect(results.obtain(ref)).resolves.toMatchObject({ origin: 'store' });
    await expect(results.obtain(ref, { needFiles: true })).resolves.toMatchObject({ origin: 'run' });
    expect(runs()).toBe(2);
  });
});

describe('upstream', () => {
  it('takes the manifest that the last run left, whatever has changed since', async () => {
    const { results, project, later, runs } = given();
    const { manifest } = await results.obtain(ref);
    writeFileSync(join(project, 'make.mjs'), program('"other"'));
    await expect(later().upstream(ref)).resolves.toEqual(manifest);
    expect(runs()).toBe(1);
  });

  it.each([
    ['there is none', null],
    ['it is of another step', manifestText(manifestOf({}))],
  ])('obtains the artifact when %s', async (_, present) => {
    const { results, manifest } = given();
    if (present !== null) put(manifest, present);
    await expect(results.upstream(ref)).resolves.toMatchObject({ step: 'fetch', files: [file] });
  });

  it.each([
    ['BAD_MANIFEST', '{'],
    ['MANIFEST_FORMAT', '{"format":2}'],
  ])('fails with %s for one it cannot read', async (code, wrong) => {
    const { results, manifest } = given();
    put(manifest, wrong);
    await expect(results.upstream(ref)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(manifest) as string,
    });
  });
});

describe('resolve', () => {
  it('gives the blob, and runs nothing', async () => {
    const { results, store, runs } = given();
    await results.obtain(ref);
    await expect(results.resolve(file)).resolves.toBe(store.blob(file.sha256));
    expect(runs()).toBe(1);
  });

  it.each<[string, (store: StoreLayout) => Promise<void> | void]>([
    ['lost', (store) => discardBlob(store, file.sha256)],
    [
      'damaged',
      (store) => {
        chmodSync(store.blob(file.sha256), 0o644);
        writeFileSync(store.blob(file.sha256), text.toUpperCase());
      },
    ],
  ])('has a blob that was %s made again by the target that made it, and says so', async (_, lose) => {
    const { results, store, later, told, runs } = given();
    await results.obtain(ref);
    await lose(store);
    const resultsLater = later();
    const { files } = await resultsLater.upstream(ref);
    expect(files).toEqual([file]);
    await expect(resultsLater.resolve(file)).resolves.toBe(store.blob(file.sha256));
    expect(readFileSync(store.blob(file.sha256), 'utf8')).toBe(text);
    expect(runs()).toBe(2);
    expect(told).toContainEqual({
      type: 'step',
      message: 'a.txt is not in the store any more: making it again with texts:fetch',
    });
  });

  it('brings a blob from a remote before anything runs again', async () => {
    const remote = memoryRemote();
    const there = given(written, remote);
    await there.results.obtain(ref);
    await there.remotes.finish();
    const { results, store, runs, told } = given(written, remote);
    await results.obtain(ref);
    await expect(results.resolve(file)).resolves.toBe(store.blob(file.sha256));
    expect(runs()).toBe(0);
    expect(told.filter(({ type }) => type !== 'progress')).toEqual([]);
  });

  it('has a blob made again that is gone everywhere, and says so in one line', async () => {
    const remote = memoryRemote();
    const there = given(written, remote);
    await there.results.obtain(ref);
    await there.remotes.finish();
    remote.blobs.clear();
    const { results, store, runs, told } = given(written, remote);
    await results.obtain(ref);
    await expect(results.resolve(file)).resolves.toBe(store.blob(file.sha256));
    expect(runs()).toBe(1);
    expect(told.filter((event) => 'message' in event && event.message.includes('a.txt'))).toEqual([
      {
        type: 'step',
        message: 'a.txt is not in the store or the remote any more: making it again with texts:fetch',
      },
    ]);
  });

  it('cannot make what nobody is known to have made', async () => {
    await expect(given().results.resolve(file)).rejects.toMatchObject({
      code: 'BLOB_MISSING',
      message: expect.stringContaining(sha256(text)) as string,
    });
  });

  it.each([
    ['the program has changed', '"other"'],
    ['the program writes something else each time', 'String(process.hrtime.bigint())'],
  ])('fails when other bytes are made, because %s', async (_, content) => {
    const { results, store, project, later } = given();
    if (!content.startsWith('"')) writeFileSync(join(project, 'make.mjs'), program(content));
    const {
      manifest: {
        files: [made = file],
      },
    } = await results.obtain(ref);
    if (content.startsWith('"')) writeFileSync(join(project, 'make.mjs'), program(content));
    await discardBlob(store, made.sha256);
    const resultsLater = later();
    await resultsLater.upstream(ref);
    await expect(resultsLater.resolve(made)).rejects.toMatchObject({
      code: 'INPUT_CHANGED',
      hint: expect.stringMatching(/nx run texts:fetch/) as string,
    });
  });

  it('gives a file outside where it is, and fails clearly when it is gone', async () => {
    const outside = put(join(temporaryDirectory(), 'a.txt'), text);
    const { results } = given({ type: 'path', path: outside });
    await results.obtain(ref);
    await expect(results.resolve(file)).resolves.toBe(outside);
    renameSync(outside, `${outside}.moved`);
    await expect(results.resolve(file)).rejects.toMatchObject({
      code: 'SOURCE_MISSING',
      message: expect.stringContaining(outside) as string,
    });
  });
});
