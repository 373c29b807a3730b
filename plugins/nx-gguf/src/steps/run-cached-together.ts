import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isGgufError } from '../core/errors.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { explainFailure, withWorkDir } from '../store/work-dir.js';
import { outsideInputs } from '../store/outside-inputs.js';
import {
  benchOf,
  publishOutcome,
  recall,
  recallRemotely,
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
  const outside = outsideInputs(store, shared.action.step);
  const publish = async (action: Action, outcome: StepOutcome, directory: string): Promise<Manifest> => {
    await outside.check();
    const manifest = await publishOutcome(action, outcome, { store, directory });
    await remotes.offer(manifest);
    return manifest;
  };
  const sharedBench = (directory: string): SharedBench => ({
    ...benchOf(effects, directory, outside),
    kept: async (isWanted) => {
      const here = await recall(store, actionKey(shared.action), true);
      if (here !== null || isWanted === null) return here;
      const found = await recallRemotely(shared.action, effects, false);
      return found !== null && isWanted(found.manifest) && (await remotes.bring(found.manifest.files))
        ? found.manifest
        : null;
    },
    keep: async (outcome) => {
      await outside.check();
      return publishOutcome(shared.action, outcome, { store, directory });
    },
    share: (kept) => remotes.offer(kept, { isWished: true }),
  });
  const member = async (step: S, directory: string): Promise<Member<S>> => {
    await mkdir(directory, { recursive: true });
    const fail = async (error: unknown): Promise<void> =>
      end(step, { error: await explainFailure(error, store.root) });
    return {
      step,
      fail,
      bench: benchOf(effects, directory, outside),
      finish: async (outcome) => {
        try {
          await end(step, { manifest: await publish(step.action, outcome, directory), origin: 'run' });
        } catch (error) {
          await fail(error);
        }
      },
    };
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
        const bench = sharedBench(join(directory, 'shared'));
        await mkdir(bench.directory);
        const members = await Promise.all(
          [...open].map((step, index) => member(step, join(directory, `member-${index + 1}`))),
        );
        await shared.run(members, bench);
        if (open.size > 0) throw new Error(`${shared.action.step} ended without a result for each step`);
      },
    });
  } catch (error) {
    // The shared work has failed. A callback that throws is no failure of the other steps.
    if (open.size === 0 && !isGgufError(error)) throw error;
    for (const step of [...open]) await end(step, { error });
  }
}
