import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isGgufError, type GgufError } from '../core/errors.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { explainFailure, removeWork, withWorkDir } from '../store/work-dir.js';
import { isDamage } from '../store/quarantine.js';
import { stepInputs, type StepInputs } from '../store/step-inputs.js';
import {
  benchOf,
  publishOutcome,
  recall,
  recallRemotely,
  tellDamage,
  tellFindings,
  type Effects,
  type Performed,
} from './run-cached.js';
import { actionKey, type Step, type StepOutcome, type Action, type Workbench } from './step.js';

/** The part of the work that several steps share. */
export interface SharedWork<S> {
  /** A step of its own for the shared work, whose result can be kept. One process works on it at a time. */
  action: Action;
  /** Works for all members, each of which is finished, or fails, as soon as that is known. */
  run: (members: readonly Member<S>[], bench: SharedBench) => Promise<void>;
}

/** A step that shares work with others, while it is worked on. */
export interface Member<S> {
  step: S;
  /** With a directory of its own. */
  bench: Workbench;
  /** Publishes the result at once, whatever becomes of the others. */
  finish: (outcome: StepOutcome) => Promise<void>;
  fail: (error: unknown) => Promise<void>;
}

/** What the shared work has at hand. */
export interface SharedBench extends Workbench {
  /**
   * The result of the shared step that was kept earlier, with its files, or null. It is brought from
   * elsewhere only if it is wanted.
   */
  kept: (isWanted: ((found: Manifest) => boolean) | null) => Promise<Manifest | null>;
  /** Keeps a result of the shared step. */
  keep: (outcome: StepOutcome) => Promise<Manifest>;
  /** Has a kept result uploaded, beside what happens next. */
  share: (kept: Manifest) => Promise<void>;
}

/** A directory to work in, and what was read there. */
interface Round {
  directory: string;
  inputs: StepInputs;
}

/** How one of the steps ended. */
export type Ending = Performed | { error: unknown };

/** How steps are performed together. */
export interface TogetherOptions<S> {
  effects: Effects;
  /** The caller will read the files, so a known action whose bytes are gone runs again. */
  needFiles: boolean;
  /** Called once for each step, in no certain order, as soon as its result is in the store or it failed. */
  ended: (step: S, ending: Ending) => Promise<void>;
}

/**
 * The results of steps that share work: from the store or a remote where an action key is known there, and
 * one run for all others.
 */
export async function runCachedTogether<S extends Pick<Step, 'action' | 'findings'>>(
  steps: readonly S[],
  shared: SharedWork<S>,
  { effects, needFiles, ended }: TogetherOptions<S>,
): Promise<void> {
  const { store, remotes, signal, report } = effects;
  const open = new Set(steps);
  const end = async (step: S, ending: Ending): Promise<void> => {
    if (!open.delete(step)) return;
    if (!('error' in ending)) tellFindings(step, ending.manifest, report);
    await ended(step, ending);
  };
  const recallKnown = async (): Promise<void> => {
    for (const step of [...open]) {
      const manifest = await recall(store, actionKey(step.action), needFiles);
      if (manifest !== null) await end(step, { manifest, origin: 'store' });
    }
  };
  const recallElsewhere = async (): Promise<void> => {
    for (const step of [...open]) {
      const found = await recallRemotely(step.action, effects, needFiles);
      if (found !== null) await end(step, found);
    }
  };
  const checking = { step: shared.action.step, report, signal };
  const publish = async (
    action: Action,
    outcome: StepOutcome,
    { directory, inputs }: Round,
  ): Promise<Manifest> => {
    await inputs.check();
    return publishOutcome(action, outcome, { store, directory });
  };
  const sharedBench = (round: Round): SharedBench => ({
    ...benchOf(effects, round.directory, round.inputs),
    kept: async (isWanted) => {
      const here = await recall(store, actionKey(shared.action), true);
      if (here !== null || isWanted === null) return here;
      const found = await recallRemotely(shared.action, effects, false);
      return found !== null && isWanted(found.manifest) && (await remotes.bring(found.manifest.files))
        ? found.manifest
        : null;
    },
    keep: (outcome) => publish(shared.action, outcome, round),
    share: (kept) => remotes.offer(kept, { isWished: true }),
  });
  const member = async (
    step: S,
    { directory, inputs, fail }: Round & { fail: (step: S, error: unknown) => Promise<void> },
  ): Promise<Member<S>> => {
    await mkdir(directory, { recursive: true });
    const failed = async (error: unknown): Promise<void> => fail(step, await inputs.explained(error));
    return {
      step,
      fail: failed,
      bench: benchOf(effects, directory, inputs),
      finish: async (outcome) => {
        try {
          const manifest = await publish(step.action, outcome, { directory, inputs });
          await remotes.offer(manifest);
          await end(step, { manifest, origin: 'run' });
        } catch (error) {
          await failed(error);
        }
      },
    };
  };
  /** Works for all open steps; gives those that had a damaged input, when that can be mended. */
  const work = async (directory: string, isLast: boolean): Promise<{ damaged: GgufError | null }> => {
    let damaged: GgufError | null = null;
    const waiting = new Set(open);
    const fail = async (step: S, error: unknown): Promise<void> => {
      if (!waiting.delete(step)) return;
      if (isDamage(error) && !isLast) damaged ??= error;
      else await end(step, { error: await explainFailure(error, store.root) });
    };
    const inputs = stepInputs(store, checking);
    const bench = sharedBench({ directory: join(directory, 'shared'), inputs });
    await mkdir(bench.directory);
    const all = [inputs];
    const members = await Promise.all(
      [...open].map((step, index) => {
        const own = stepInputs(store, { ...checking, shared: inputs });
        all.push(own);
        return member(step, { directory: join(directory, `member-${index + 1}`), inputs: own, fail });
      }),
    );
    try {
      await shared.run(members, bench);
    } catch (error) {
      const cause = await inputs.explained(error);
      if (!isDamage(cause) || isLast) throw cause;
      damaged ??= cause;
    } finally {
      for (const each of all) await each.settled();
    }
    if (open.size > 0 && damaged === null)
      throw new Error(`${shared.action.step} ended without a result for each step`);
    return { damaged };
  };
  await recallKnown();
  if (open.size === 0) return;
  try {
    await withWorkDir(store, actionKey(shared.action), {
      ...(signal === undefined ? {} : { signal }),
      onWait: () => {
        report({
          type: 'step',
          message: `waiting for another process that works on the same ${shared.action.step}`,
        });
      },
      work: async (directory) => {
        await recallKnown();
        await recallElsewhere();
        if (open.size === 0) return;
        const { damaged } = await work(directory, false);
        if (damaged === null) return;
        tellDamage(damaged, shared.action.step, report);
        await removeWork(directory);
        await mkdir(directory);
        await work(directory, true);
      },
    });
  } catch (error) {
    // The shared work has failed. A callback that throws is no failure of the other steps.
    if (open.size === 0 && !isGgufError(error)) throw error;
    for (const step of [...open]) await end(step, { error });
  }
}
