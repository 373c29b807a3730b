import type { ProjectConfiguration } from '@nx/devkit';
import { GgufError } from '../core/errors.js';
import { didYouMean } from '../quant/suggestion.js';

/** Kinds of targets that have an aggregate: `quantize` for all of `quantize:Q4_K_M`, `quantize:Q6_K`, …. */
const aggregatedKinds: readonly string[] = ['plan', 'quantize', 'reference', 'kld', 'bench'];

/** True when a command line can name a target behind an aggregate, or a configuration: most name neither. */
export function mayNameConfiguration(argv: readonly string[]): boolean {
  return configurationIn(argv) !== null || argv.some((word) => /^[^-].*:.*:/.test(word));
}

/**
 * Refuses a command whose target has a typo in its last part: Nx takes `m:quantize:Q4_KM` for the target `quantize` in the
 * configuration `Q4_KM`, which it does not look for, and would run the aggregate.
 * @throws GgufError `VARIANT_UNKNOWN` that names the variants there are
 */
export function requireKnownVariants(argv: readonly string[], projects: Readonly<Record<string, ProjectConfiguration>>, prefix: string): void {
  const aggregates = new Set(aggregatedKinds.map((kind) => `${prefix}${kind}`));
  const configuration = configurationIn(argv);
  for (const [project, { targets = {}, tags = [] }] of Object.entries(projects)) {
    if (!tags.includes('nx-gguf:model')) continue;
    for (const aggregate of aggregates) {
      const target = targets[aggregate];
      if (target === undefined) continue;
      const misspelt = argv.flatMap((word) => behind(word, { project, aggregate })).find((name) => !isTarget(name, { targets, aggregate }) && target.configurations?.[name] === undefined);
      const unknown = misspelt ?? (isNamedAlone(argv, { project, aggregate }) ? configuration : null);
      if (unknown === null || target.configurations?.[unknown] !== undefined) continue;
      const known = Object.keys(targets).filter((target) => target.startsWith(`${aggregate}:`)).map((target) => target.slice(aggregate.length + 1));
      throw new GgufError('VARIANT_UNKNOWN', `${project}:${aggregate}:${unknown}: there is no ${JSON.stringify(unknown)}${didYouMean(unknown, known)}`, {
        hint: `Declared in ${project} are: ${known.join(', ')}. \`nx run ${project}:${aggregate}\` runs them all.`,
      });
    }
  }
}

/** True when a name is that of a target behind its aggregate, with a configuration of it or without. */
function isTarget(name: string, { targets, aggregate }: { targets: Readonly<Record<string, unknown>>; aggregate: string }): boolean {
  const parts = name.split(':');
  return parts.some((_, index) => targets[[aggregate, ...parts.slice(0, index + 1)].join(':')] !== undefined);
}

/** What stands behind an aggregate of a project in a word; a project can be named by the end of its name. */
function behind(word: string, { project, aggregate }: { project: string; aggregate: string }): string[] {
  const at = word.indexOf(`:${aggregate}:`);
  if (at < 1 || !(project === word.slice(0, at) || project.endsWith(`/${word.slice(0, at)}`))) return [];
  const name = word.slice(at + aggregate.length + 2);
  return name === '' ? [] : [name];
}

function isNamedAlone(argv: readonly string[], { project, aggregate }: { project: string; aggregate: string }): boolean {
  // Nx itself lets a configuration that only some of many projects have be.
  return argv.includes(`${project}:${aggregate}`) || (argv.includes(aggregate) && argv.includes(project));
}

/** The value of `--configuration`, or `-c`. */
function configurationIn(argv: readonly string[]): string | null {
  for (const [index, word] of argv.entries()) {
    const inWord = /^(?:-c|--configuration)=(.+)$/.exec(word)?.[1];
    if (inWord !== undefined) return inWord;
    if (word === '-c' || word === '--configuration') return argv[index + 1] ?? null;
  }
  return null;
}
