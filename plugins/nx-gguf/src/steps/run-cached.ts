import { symlink, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lfsPointerBytes, lfsPointerError, readLfsPointer } from '../core/lfs-pointer.js';
import type { GgufError } from '../core/errors.js';
import { unreadable } from '../core/system-error.js';
import type { Report } from '../core/events.js';
import type { Manifest, ManifestFile } from '../core/generated/manifest.generated.js';
import { validate } from '../core/validate.js';
import type { Remotes } from '../remote/remotes.js';
import { findAction, putAction } from '../store/actions.js';
import { adoptFile, findBlob } from '../store/blobs.js';
import { referToFile } from '../store/external.js';
import type { StoreLayout } from '../store/layout.js';
import { ownFile } from '../files/own-file.js';
import { readSmallText } from '../files/small-file.js';
import { removeWork, withWorkDir } from '../store/work-dir.js';
import type { RunTool } from '../toolchain/run-tool.js';
import { isDamage } from '../store/quarantine.js';
import { stepInputs, type StepInputs } from '../store/step-inputs.js';
import {
  actionKey,
  type Step,
  type StepOutcome,
  type Action,
  type StepTools,
  type Workbench,
} from './step.js';

/** The ports that running steps needs. */
export interface Effects {
  store: StoreLayout;
  tools: StepTools;
  runTool: RunTool;
  report: Report;
  /** Stores elsewhere, which are asked when this one does not know an action, and get what is made here. */
  remotes: Remotes;
  /** The path of an input's bytes, which are made again when they are gone. */
  resolve: (file: ManifestFile) => Promise<string>;
  /** Told before a step runs: the files that are gone when its result is known, and none when it is new. */
  onRun?: ((lost: readonly ManifestFile[]) => void) | undefined;
  threads: number | undefined;
  mostThreads?: number | undefined;
  signal: AbortSignal | undefined;
}

/** How a step's result came about. */
export interface Performed {
  manifest: Manifest;
  origin: 'store' | 'remote' | 'run';
}

/**
 * The result of a step: from the store when its action key is known there, else from a remote, else by
 * running it.
 * @param needFiles the caller will read the files, so those that are not here are brought, and a known action
 *   whose bytes are gone everywhere, or damaged, runs again.
 */
export async function runCached(step: Step, effects: Effects, needFiles: boolean): Promise<Performed> {
  const key = actionKey(step.action);
  const isWished = step.isSharedByWish === true;
  const known = await findAction(effects.store, key);
  if (known !== null && (!needFiles || (await effects.remotes.bring(known.files)))) {
    if (isWished) await effects.remotes.offer(known, { isWished });
    return { manifest: known, origin: 'store' };
  }
  const performed = await withWorkDir(effects.store, key, {
    ...(effects.signal === undefined ? {} : { signal: effects.signal }),
    onWait: () => {
      effects.report({
        type: 'step',
        message: `waiting for another process that works on the same ${step.action.step}`,
      });
    },
    work: async (directory): Promise<Performed> => {
      const finished = await recall(effects.store, key, needFiles);
      if (finished !== null) return { manifest: finished, origin: 'store' };
      // The remotes are asked while the action is locked: leftovers of a killed run are removed, and two
      // processes do not bring the same files.
      const remote = await recallRemotely(step.action, effects, needFiles);
      if (remote !== null) return remote;
      effects.onRun?.(await lostFiles(effects.store, await findAction(effects.store, key)));
      return { manifest: await run(step, effects, directory), origin: 'run' };
    },
  });
  if (performed.origin === 'run' || isWished) await effects.remotes.offer(performed.manifest, { isWished });
  return performed;
}

/** Tells what a result shows of what was declared for its step, wherever the result was made. */
export function tellFindings(
  { findings }: Pick<Step, 'findings'>,
  { facts }: Pick<Manifest, 'facts'>,
  report: Report,
): void {
  for (const message of findings?.(facts) ?? []) report({ type: 'warning', message });
}

/** True when every file of the manifest can be read on this machine. */
export async function hasFiles(store: StoreLayout, manifest: Manifest): Promise<boolean> {
  return (await lostFiles(store, manifest)).length === 0;
}

/**
 * The result of an action that the store knows, or null. With `needFiles`, one whose files cannot be read
 * here counts as unknown.
 */
export async function recall(store: StoreLayout, key: string, needFiles: boolean): Promise<Manifest | null> {
  const manifest = await findAction(store, key);
  return manifest === null || (needFiles && !(await hasFiles(store, manifest))) ? null : manifest;
}

/** The result of an action that a remote knows, or null. With `needFiles` its files are brought. */
export async function recallRemotely(
  action: Action,
  { remotes }: Pick<Effects, 'remotes'>,
  needFiles: boolean,
): Promise<Performed | null> {
  const { step, inputs, toolchain } = action;
  const manifest = await remotes.findAction({ step, inputs, toolchain, actionKey: actionKey(action) });
  return manifest === null || (needFiles && !(await remotes.bring(manifest.files)))
    ? null
    : { manifest, origin: 'remote' };
}

async function lostFiles(store: StoreLayout, manifest: Manifest | null): Promise<ManifestFile[]> {
  const lost: ManifestFile[] = [];
  for (const file of manifest?.files ?? []) if ((await findBlob(store, file)) === null) lost.push(file);
  return lost;
}

/** Runs a step, and once more when one of its inputs turned out to be damaged: it is brought or made again. */
async function run(step: Step, effects: Effects, directory: string): Promise<Manifest> {
  try {
    return await runOnce(step, effects, directory);
  } catch (error) {
    if (!isDamage(error)) throw error;
    tellDamage(error, step.action.step, effects.report);
    await removeWork(directory);
    await mkdir(directory);
    return runOnce(step, effects, directory);
  }
}

async function runOnce(step: Step, effects: Effects, directory: string): Promise<Manifest> {
  const { store, report, signal } = effects;
  const inputs = stepInputs(store, { step: step.action.step, report, signal });
  try {
    const outcome = await step.run(benchOf(effects, directory, inputs));
    await inputs.check();
    return await publishOutcome(step.action, outcome, { store, directory });
  } catch (error) {
    throw await inputs.explained(error);
  } finally {
    await inputs.settled();
  }
}

/** Tells of a damaged input, and what is repeated because of it. */
export function tellDamage(error: GgufError, repeated: string, report: Report): void {
  report({
    type: 'warning',
    message: `${error.code}: ${error.message}; nothing made from it is kept, and ${repeated} runs again`,
  });
}

/** What a step that works in a directory has at hand. */
export function benchOf(effects: Effects, directory: string, inputs: StepInputs): Workbench {
  const { store, tools, runTool, report, threads, mostThreads, signal } = effects;
  return {
    directory,
    tools,
    runTool,
    report,
    store,
    threads,
    mostThreads,
    signal,
    input: async (file, as) => {
      const path = join(directory, as);
      await mkdir(dirname(path), { recursive: true });
      const from = await effects.resolve(file);
      await inputs.note(file, from);
      await symlink(from, path);
    },
    checkInputs: inputs.check,
    refer: (path) => referToFile(store, path),
  };
}

/** Moves what a step made into the store, and then makes it known under the step's action key. */
export async function publishOutcome(
  action: Action,
  outcome: StepOutcome,
  place: { store: StoreLayout; directory: string },
): Promise<Manifest> {
  const manifest = await manifestOf(action, outcome, place);
  await putAction(place.store, manifest);
  return manifest;
}

async function manifestOf(
  action: Action,
  outcome: StepOutcome,
  { store, directory }: { store: StoreLayout; directory: string },
): Promise<Manifest> {
  const files: ManifestFile[] = [...(outcome.referred ?? [])];
  const made = [];
  // All files are read before the first is moved: one may be a link to another.
  for (const { name, path } of outcome.files) made.push({ name, path: await ownFile(directory, path) });
  for (const { name, path } of made) files.push({ name, ...(await adoptFile(store, path)) });
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  return validate(
    'manifest',
    {
      format: 1,
      step: action.step,
      actionKey: actionKey(action),
      files,
      facts: outcome.facts,
      provenance: { inputs: action.inputs, toolchain: action.toolchain, commands: outcome.commands },
    },
    `result of ${action.step}`,
  );
}

/** The text of a file that a recipe names, or a coded error that says where it is named. */
export async function readNamedFile(path: string, named: { file: string; by: string }): Promise<string> {
  let text: string;
  try {
    text = await readSmallText(path);
  } catch (cause) {
    throw unreadable(cause, {
      what: `${named.file}, named by ${named.by}`,
      hint: 'Create the file, or correct its name in model.json; it is relative to the directory of the project.',
    });
  }
  const pointer = text.length > lfsPointerBytes ? null : readLfsPointer(text);
  if (pointer === null) return text;
  throw lfsPointerError(
    `${named.file}, named by ${named.by},`,
    pointer,
    'Run `git lfs pull` in this repository.',
  );
}
