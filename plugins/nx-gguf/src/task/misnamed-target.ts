import { posix } from 'node:path';
import { canonicalJson, type Json } from '../core/json/canonical-json.js';
import { GgufError } from '../core/errors.js';
import type { InferredTarget } from '../infer/inferred-target.js';
import { didYouMean } from '../core/suggestion.js';

/** A target, and the directory of its project relative to the workspace. */
export interface NamedPlace {
  projectName: string;
  targetName: string;
  directory: string;
}

/** Options by which targets of one executor differ. */
function namesIn(options: object): Readonly<Record<string, unknown>> {
  const { variant, reference } = options as { variant?: unknown; reference?: unknown };
  return { ...(variant === undefined ? {} : { variant }), ...(reference === undefined ? {} : { reference }) };
}

/** Error codes for targets of optional parts of a model. */
const undeclared: Readonly<Record<string, string>> = {
  gate: 'NO_GATES',
  imatrix: 'NO_IMATRIX',
  kld: 'NO_EVALUATION',
  'kld-base': 'NO_EVALUATION',
};

/**
 * The error of a task that is no target of the plugin: its name is made up, or its variant is no longer
 * declared.
 */
export function misnamedTarget(
  { projectName, targetName, directory }: NamedPlace,
  {
    executor,
    options,
    expected,
    prefix,
  }: {
    executor: string;
    options: object;
    expected: Readonly<Record<string, InferredTarget>>;
    prefix: string;
  },
): GgufError {
  const same = Object.entries(expected).filter(([, target]) => target.executor === `nx-gguf:${executor}`);
  const wanted = canonicalJson(namesIn(options) as Json);
  const right = same.find(([, target]) => canonicalJson((target.options ?? {}) as Json) === wanted)?.[0];
  const where = posix.join(directory, 'project.json');
  if (right !== undefined) {
    return new GgufError(
      'TARGET_MISNAMED',
      `${projectName}:${targetName} does what ${projectName}:${right} does, under a name for which the plugin gives neither inputs nor dependencies`,
      { hint: `Call it ${JSON.stringify(right)} in ${where}.` },
    );
  }
  const { variant, reference } = options as { variant?: string; reference?: string };
  const name = variant ?? reference;
  const known = same
    .map(([known]) => known.slice(prefix.length).split(':').slice(1).join(':'))
    .filter((known) => known !== '');
  if (name === undefined || (executor === 'kld' && same.length === 0)) {
    return new GgufError(
      undeclared[executor] ?? 'TARGET_UNDECLARED',
      `${projectName}:${targetName} stands in ${where}, and model.json declares nothing for it`,
      { hint: 'Declare it in model.json, or remove the target: `nx sync` does.' },
    );
  }
  const what = reference === undefined ? 'variant' : 'reference';
  return new GgufError(
    `${what.toUpperCase()}_MISSING`,
    `${projectName}:${targetName} stands in ${where}, and ${posix.join(directory, 'model.json')} declares no ${what} ${JSON.stringify(name)} for it${didYouMean(name, known)}`,
    {
      hint:
        known.length === 0
          ? `Declare it in model.json, or remove the target: \`nx sync\` does.`
          : `Declared are: ${known.join(', ')}. \`nx sync\` removes targets of variants that are gone.`,
    },
  );
}
