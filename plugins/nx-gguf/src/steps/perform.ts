import { readFile, symlink, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GgufError } from '../core/errors.js';
import type { Report } from '../core/events.js';
import type { Manifest, ManifestFile } from '../core/generated/manifest.generated.js';
import { validate } from '../core/validate.js';
import { findAction, putAction } from '../store/actions.js';
import { adoptFile, findBlob } from '../store/blobs.js';
import { referToFile } from '../store/external.js';
import type { StoreLayout } from '../store/layout.js';
import { ownFile } from '../store/own-file.js';
import { withWorkDir } from '../store/work-dir.js';
import type { RunTool } from '../toolchain/run-tool.js';
import { actionKey, type Step, type StepOutcome, type StepTools } from './step.js';

/** What running steps needs from outside. */
export interface Effects {
  store: StoreLayout;
  tools: StepTools;
  runTool: RunTool;
  report: Report;
  /** Where an input's bytes are, making them again when they are gone. */
  resolve: (file: ManifestFile) => Promise<string>;
  threads: number | undefined;
  signal: AbortSignal | undefined;
}

/** How a step's result came about. */
export interface Performed {
  manifest: Manifest;
  origin: 'store' | 'run';
}

/**
 * The result of a step: from the store when its action key is known there, else by running it.
 * @param needFiles the caller will read the files, so a known action whose bytes are gone or damaged runs again.
 */
export async function perform(step: Step, effects: Effects, needFiles: boolean): Promise<Performed> {
  const key = actionKey(step.plan);
  const known = await recall(effects.store, key, needFiles);
  if (known !== null) return { manifest: known, origin: 'store' };
  return withWorkDir(effects.store, key, {
    ...(effects.signal === undefined ? {} : { signal: effects.signal }),
    onWait: () => { effects.report({ type: 'step', message: `waiting for another process that works on the same ${step.plan.step}` }); },
    work: async (directory) => {
      const finished = await recall(effects.store, key, needFiles);
      if (finished !== null) return { manifest: finished, origin: 'store' };
      return { manifest: await run(step, effects, directory), origin: 'run' };
    },
  });
}

/** True when every file of the manifest can be read on this machine. */
export async function hasFiles(store: StoreLayout, manifest: Manifest): Promise<boolean> {
  for (const file of manifest.files) {
    if ((await findBlob(store, file)) === null) return false;
  }
  return true;
}

async function recall(store: StoreLayout, key: string, needFiles: boolean): Promise<Manifest | null> {
  const manifest = await findAction(store, key);
  if (manifest === null) return null;
  return needFiles && !(await hasFiles(store, manifest)) ? null : manifest;
}

async function run(step: Step, effects: Effects, directory: string): Promise<Manifest> {
  const { store, tools, runTool, report, threads, signal } = effects;
  const outcome = await step.run({
    directory, tools, runTool, report, store, threads, signal,
    input: async (file, as) => {
      const path = join(directory, as);
      await mkdir(dirname(path), { recursive: true });
      await symlink(await effects.resolve(file), path);
    },
    refer: (path) => referToFile(store, path),
  });
  const manifest = await manifestOf(step, outcome, { store, directory });
  await putAction(store, manifest);
  return manifest;
}

async function manifestOf(step: Step, outcome: StepOutcome, { store, directory }: { store: StoreLayout; directory: string }): Promise<Manifest> {
  const files: ManifestFile[] = [...(outcome.referred ?? [])];
  const made = [];
  // All before the first is moved: one may be a link to another.
  for (const { name, path } of outcome.files) made.push({ name, path: await ownFile(directory, path) });
  for (const { name, path } of made) files.push({ name, ...(await adoptFile(store, path)) });
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  const { plan } = step;
  return validate('manifest', {
    format: 1,
    step: plan.step,
    actionKey: actionKey(plan),
    files,
    facts: outcome.facts,
    provenance: { inputs: plan.inputs, toolchain: plan.toolchain, commands: outcome.commands },
  }, `result of ${plan.step}`);
}

/** The text of a file that a recipe names, or a coded error that says who named it. */
export async function readNamedFile(path: string, named: { file: string; by: string }): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new GgufError('FILE_MISSING', `cannot read ${named.file}, named by ${named.by}: ${(cause as Error).message}`, {
      cause, hint: 'Create the file, or correct its name in model.json; it is relative to the directory of the project.',
    });
  }
}
