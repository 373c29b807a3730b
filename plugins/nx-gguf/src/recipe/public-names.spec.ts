import { join } from 'node:path';
import { isGgufError } from '../core/errors.js';
import type { TargetRef } from '../core/target.js';
import { noRemotes } from '../remote/create-remotes.js';
import { createResults } from '../results/create-results.js';
import { put, temporaryDirectory, temporaryStore } from '../store/testing/temporary-store.js';
import { recipeToStep } from './recipe-to-step.js';

/** The warnings that the recipe of a target tells, before it needs what is not there. */
async function warnings(ref: Omit<TargetRef, 'project'>): Promise<string[]> {
  const root = temporaryDirectory();
  const store = temporaryStore();
  const told: string[] = [];
  put(
    join(root, 'models/m/model.json'),
    JSON.stringify({
      name: 'tiny',
      source: { type: 'path', path: 'checkpoint' },
      quantize: { Q4_K_M: { ftype: 'Q4_K_M' }, small: { ftype: 'Q2_K' }, Q6_K: { ftype: 'Q6_K' } },
    }),
  );
  const ports = createResults({
    workspace: { root, projects: { m: { root: 'models/m' } } },
    store,
    remotes: noRemotes(store),
    env: { HOME: root },
    report: (event) => {
      if (event.type === 'warning') told.push(event.message);
    },
    signal: undefined,
  });
  await recipeToStep({ project: 'm', ...ref }, ports).catch((error: unknown) => {
    if (!isGgufError(error)) throw error;
  });
  return told;
}

describe('the names of variants, which become labels', () => {
  const small = expect.stringMatching(/^small: its name has no type: .*Q2_K_SMALL would have one$/) as string;

  it.each<[string, Omit<TargetRef, 'project'>, string[]]>([
    ['the plan of the variant', { kind: 'plan', variant: 'small' }, [small]],
    ['not the plan of another', { kind: 'plan', variant: 'Q4_K_M' }, []],
    ['the card', { kind: 'card' }, [small]],
  ])('are told by %s', async (_, ref, expected) => {
    await expect(warnings(ref)).resolves.toEqual(expected);
  });
});
