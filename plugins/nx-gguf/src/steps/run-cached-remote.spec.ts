import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import type { RemoteStore } from '../remote/remote-store.js';
import { joinRemotes } from '../remote/remotes.js';
import { guard } from '../remote/testing/guard.js';
import { memoryRemote } from '../remote/testing/memory-remote.js';
import { discardBlob } from '../store/blobs.js';
import { put, temporaryStore } from '../store/testing/temporary-store.js';
import { runCached, type Effects } from './run-cached.js';
import { actionKey, type Step, type Action, type Workbench } from './step.js';
import { testEffects } from './testing/effects.js';

/** A step that writes texts as files, and counts how often it ran. */
function writing(
  files: Readonly<Record<string, string>>,
  change: Partial<Action> = {},
): Step & { runs: number } {
  const step = {
    runs: 0,
    action: {
      step: 'convert',
      version: 1,
      parameters: { outtype: 'auto' },
      inputs: [],
      toolchain: null,
      ...change,
    },
    run: ({ directory }: Workbench) => {
      step.runs++;
      return Promise.resolve({
        files: Object.entries(files).map(([name, text]) => ({
          name,
          path: put(join(directory, 'out', name), text),
        })),
        facts: {},
        commands: [],
      });
    },
  };
  return step;
}

describe('perform with a remote', () => {
  /** A machine with a store of its own that shares a remote. */
  const machine = (remote: RemoteStore): Effects & { lost: string[] } => {
    const store = temporaryStore();
    const lost: string[] = [];
    const guards = [guard(remote, { store })];
    return {
      ...testEffects({
        store,
        remotes: joinRemotes({
          store,
          remotes: guards,
          sharesSources: true,
          report: () => undefined,
          signal: undefined,
        }),
        onRun: (files) => lost.push(...files.map(({ name }) => name)),
      }),
      lost,
    };
  };
  const shared = async (step: Step = writing({ a: 'text', b: 'other' })) => {
    const remote = memoryRemote();
    const effects = machine(remote);
    const { manifest } = await runCached(step, effects, false);
    await effects.remotes.finish();
    return { remote, manifest };
  };

  it.each([
    { needFiles: false, files: 0 },
    { needFiles: true, files: 'textother'.length },
  ])(
    'another machine runs nothing, and brings the files when they are needed: $needFiles',
    async ({ needFiles, files }) => {
      const { remote, manifest } = await shared();
      const step = writing({ a: 'text', b: 'other' });
      await expect(runCached(step, machine(remote), needFiles)).resolves.toEqual({
        origin: 'remote',
        manifest,
      });
      expect(step.runs).toBe(0);
      expect(remote.sentBytes()).toBe((remote.actions.get(manifest.actionKey)?.length ?? 0) + files);
    },
  );

  it('asks the own store first', async () => {
    const { remote } = await shared();
    const effects = machine(remote);
    await runCached(writing({ a: 'text', b: 'other' }), effects, true);
    const sent = remote.sentBytes();
    await expect(runCached(writing({ a: 'text', b: 'other' }), effects, true)).resolves.toMatchObject({
      origin: 'store',
    });
    expect(remote.sentBytes()).toBe(sent);
  });

  it('brings files that are gone from the own store', async () => {
    const remote = memoryRemote();
    const effects = machine(remote);
    const step = writing({ a: 'text' });
    await runCached(step, effects, true);
    await effects.remotes.finish();
    await discardBlob(effects.store, sha256('text'));
    await expect(runCached(step, effects, true)).resolves.toMatchObject({ origin: 'store' });
    expect(step.runs).toBe(1);
    expect(effects.lost).toEqual([]);
  });

  it('runs the step again for files that are gone everywhere, says which, and shares them again', async () => {
    const { remote } = await shared();
    remote.blobs.delete(sha256('text'));
    const effects = machine(remote);
    const step = writing({ a: 'text', b: 'other' });
    await expect(runCached(step, effects, true)).resolves.toMatchObject({ origin: 'run' });
    expect(effects.lost).toEqual(['a']);
    await effects.remotes.finish();
    expect(remote.blobs.has(sha256('text'))).toBe(true);
  });

  it('does not take the result of another step for that of this one', async () => {
    const { remote, manifest } = await shared();
    const other = writing({ a: 'text' }, { parameters: { outtype: 'f16' } });
    remote.actions.set(actionKey(other.action), remote.actions.get(manifest.actionKey) ?? '');
    await expect(runCached(other, machine(remote), true)).resolves.toMatchObject({ origin: 'run' });
  });
});
