import { canonicalJson, type Json } from '../core/json/canonical-json.js';
import type { Manifest, ProvenanceInput } from '../core/generated/manifest.generated.js';
import { unsealedManifest } from '../core/manifest-seal.js';
import { pathCollisions, pathProblem, shownPath } from '../core/safe-path.js';
import { parseForeign } from '../core/validate.js';

/**
 * The fields that a manifest must have to belong to an action: all of them are hashed into the action's key.
 */
export interface ExpectedAction {
  step: string;
  actionKey: string;
  inputs: readonly ProvenanceInput[];
  toolchain: Readonly<Record<string, Json>> | null;
}

/**
 * A manifest that somebody else wrote, when it can be the answer to what was asked: the right form,
 * unchanged, the right action, made from what the action says, and no name that leads out of a directory.
 * Else why it is refused.
 */
export function remoteManifest(text: string, expected: ExpectedAction): Manifest | { refused: string } {
  const sealed = parseForeign('manifest', text);
  if ('problem' in sealed) return { refused: sealed.problem.slice(0, 200) };
  const manifest = sealed.digest === undefined ? null : unsealedManifest(sealed);
  if (manifest === null) return { refused: 'its digest is not that of what it says' };
  const problem = mismatch(manifest, expected) ?? nameProblem(manifest);
  return problem === null ? manifest : { refused: problem };
}

function mismatch({ step, actionKey, provenance }: Manifest, expected: ExpectedAction): string | null {
  if (actionKey !== expected.actionKey) return 'it is the manifest of another action';
  if (step !== expected.step) return `it is of the step ${step}`;
  const same = (a: unknown, b: unknown): boolean => canonicalJson(a as Json) === canonicalJson(b as Json);
  if (!same(provenance.inputs, expected.inputs)) return 'it says that it was made from other inputs';
  return same(provenance.toolchain, expected.toolchain) ? null : 'it says that it was made with other tools';
}

function nameProblem({ files }: Manifest): string | null {
  for (const { name } of files) {
    const problem = pathProblem(name);
    if (problem !== null) return `it names a file ${shownPath(name)}: ${problem}`;
  }
  const [collision] = pathCollisions(files.map(({ name }) => name));
  return collision === undefined
    ? null
    : `it names both ${shownPath(collision[0])} and ${shownPath(collision[1])}`;
}
