import type { Manifest } from '../core/generated/manifest.generated.js';
import {
  hasFiles,
  runCached,
  recall,
  tellFindings,
  type Effects,
  type Performed,
} from '../steps/run-cached.js';
import { actionKey, type Step, type Action } from '../steps/step.js';
import type { StoreLayout } from '../store/layout.js';

/** Results of a step that are known before the store is asked, and whether the caller reads their files. */
export interface LookUp {
  needFiles: boolean;
  /** Results that the store need not have, such as the manifest that Nx brought into the workspace. */
  known: readonly Manifest[];
}

/**
 * The result of a step: one that the store knows, or a known one under the same action key; else it is
 * brought or made. The store is not told of a known one: other workspaces share it and trust what is in it.
 */
export async function lookUpElseMake(
  step: Step,
  effects: Effects,
  { needFiles, known }: LookUp,
): Promise<Performed> {
  const manifest = await knownResult(step.action, effects.store, { needFiles, known });
  const performed: Performed =
    manifest === null ? await runCached(step, effects, needFiles) : { manifest, origin: 'store' };
  tellFindings(step, performed.manifest, effects.report);
  return performed;
}

/**
 * The known result of an action that the store does not know, if its files are here as far as they are
 * needed.
 */
export async function knownResult(
  action: Action,
  store: StoreLayout,
  { needFiles, known }: LookUp,
): Promise<Manifest | null> {
  const key = actionKey(action);
  const found = known.find((manifest) => manifest.actionKey === key);
  if (found === undefined) return null;
  if ((await recall(store, key, needFiles)) !== null) return null;
  return !needFiles || (await hasFiles(store, found)) ? found : null;
}
