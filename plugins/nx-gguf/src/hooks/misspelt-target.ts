import { posix } from 'node:path';
import type { ProjectConfiguration } from '@nx/devkit';
import { GgufError } from '../core/errors.js';
import { targetKindsWith } from '../core/step-registry.js';
import { didYouMean } from '../core/suggestion.js';

/** Kinds of targets that have an aggregate: `quantize` for all of `quantize:Q4_K_M`, `quantize:Q6_K`, …. */
const aggregatedKinds: readonly string[] = targetKindsWith(({ isPerVariant = false }) => isPerVariant);

/** Commands that Nx runs for many projects, where a configuration that only some have is nothing unusual. */
const forMany: ReadonlySet<string> = new Set(['run-many', 'affected']);

type Projects = Readonly<Record<string, ProjectConfiguration>>;

/** An aggregate on a command line, with a suffix that Nx would take for a configuration of it. */
interface Named {
  /** As the command line calls the project; null where it names none. */
  by: string | null;
  aggregate: string;
  name: string;
  /** Given as `--configuration`, where no target behind the aggregate is meant. */
  isConfiguration?: boolean;
}

/** A name that ends the run with an error. */
export interface UnknownVariant {
  project: string;
  error: GgufError;
}

/** True when a command line can name a target behind an aggregate, or a configuration: most name neither. */
export function mayNameConfiguration(argv: readonly string[], prefix = ''): boolean {
  return (
    configurationIn(argv) !== null ||
    wordsOf(argv).some((word) => aggregatedKinds.some((kind) => `:${word}`.includes(`:${prefix}${kind}:`)))
  );
}

/**
 * A suffix of an aggregate that names no variant. Nx takes `m:quantize:Q4_KM` for the target `quantize` in
 * the configuration `Q4_KM`; it does not check that this configuration exists, and would run the whole
 * aggregate. Null when the command line has no such suffix.
 */
export function unknownVariant(
  argv: readonly string[],
  projects: Projects,
  prefix: string,
): UnknownVariant | null {
  const models = Object.entries(projects).filter(([, { tags = [] }]) => tags.includes('nx-gguf:model'));
  for (const named of namedIn(argv, prefix)) {
    const meant = models.filter(([project, configuration]) =>
      isMeant(named.by, { project, configuration, projects }),
    );
    const withAggregate = meant.filter(([, { targets = {} }]) => targets[named.aggregate] !== undefined);
    const [first] = withAggregate;
    if (
      first === undefined ||
      withAggregate.some(([project, configuration]) => isKnown(named, project, configuration))
    )
      continue;
    return { project: first[0], error: refusal(named, withAggregate) };
  }
  return null;
}

function namedIn(argv: readonly string[], prefix: string): Named[] {
  const words = wordsOf(argv);
  const configuration = forMany.has(argv[2] ?? '') ? null : configurationIn(argv);
  return aggregatedKinds.flatMap((kind) => {
    const aggregate = `${prefix}${kind}`;
    const behind = words.flatMap((word): Named[] => {
      const at = `:${word}`.indexOf(`:${aggregate}:`);
      const name = at < 0 ? '' : word.slice(at + aggregate.length + 1);
      return name === '' ? [] : [{ by: at === 0 ? null : word.slice(0, at - 1), aggregate, name }];
    });
    if (configuration === null) return behind;
    const alone = words.flatMap((word): Named[] => {
      if (word === aggregate)
        return [
          {
            by: words.find((other) => other !== word && other !== configuration && other !== 'run') ?? null,
            aggregate,
            name: configuration,
          },
        ];
      return word.endsWith(`:${aggregate}`)
        ? [{ by: word.slice(0, -aggregate.length - 1), aggregate, name: configuration }]
        : [];
    });
    return [...behind, ...alone.map((named) => ({ ...named, isConfiguration: true }))];
  });
}

/**
 * True when a command line's word for a project means this one: its name, the end of it, or its directory. No
 * word means every project.
 */
function isMeant(
  by: string | null,
  {
    project,
    configuration,
    projects,
  }: { project: string; configuration: ProjectConfiguration; projects: Projects },
): boolean {
  if (by === null || by === project) return true;
  if (projects[by] !== undefined) return false;
  return project.endsWith(`/${by}`) || posix.join(by, '.') === configuration.root;
}

/**
 * True for a suffix that Nx resolves: a target of the project by that name, or a configuration of the
 * aggregate.
 */
function isKnown(
  { by, aggregate, name, isConfiguration = false }: Named,
  project: string,
  { targets = {} }: ProjectConfiguration,
): boolean {
  if (targets[aggregate]?.configurations?.[name] !== undefined) return true;
  return !isConfiguration && (by === null || by === project) && isTarget(name, { targets, aggregate });
}

/** True when a name is that of a target behind its aggregate, with a configuration of it or without. */
function isTarget(
  name: string,
  { targets, aggregate }: { targets: Readonly<Record<string, unknown>>; aggregate: string },
): boolean {
  const parts = name.split(':');
  return parts.some((_, index) => targets[[aggregate, ...parts.slice(0, index + 1)].join(':')] !== undefined);
}

function refusal({ aggregate, name }: Named, meant: readonly [string, ProjectConfiguration][]): GgufError {
  const [project, configuration] = meant[0] ?? ['', { root: '' }];
  const exact = meant.find(([, { targets = {} }]) => isTarget(name, { targets, aggregate }))?.[0];
  if (exact !== undefined)
    return new GgufError(
      'VARIANT_UNKNOWN',
      `Nx takes ${JSON.stringify(name)} for a configuration of ${exact}:${aggregate} here, and would run them all`,
      { hint: `Call it \`nx run ${exact}:${aggregate}:${name}\`.` },
    );
  const known = [...new Set(meant.flatMap(([, { targets = {} }]) => Object.keys(targets)))]
    .filter((target) => target.startsWith(`${aggregate}:`))
    .map((target) => target.slice(aggregate.length + 1));
  const where = meant.length > 1 ? aggregate : `${project}:${aggregate}`;
  return new GgufError(
    'VARIANT_UNKNOWN',
    `${where}:${name}: there is no ${JSON.stringify(name)}${didYouMean(name, known)}`,
    {
      hint: `Declared in ${meant.length > 1 ? 'this workspace' : posix.join(configuration.root, 'model.json')} are: ${known.join(', ')}. \`nx run ${project}:${aggregate}\` runs them all.`,
    },
  );
}

/** The words of a command line, those behind `=` too, and each of a list. */
function wordsOf(argv: readonly string[]): string[] {
  return argv
    .slice(2)
    .flatMap((word) => word.replace(/^--?[\w-]+=/, '').split(','))
    .filter((word) => word !== '' && !word.startsWith('-'));
}

/** The value of `--configuration`, or `-c`. */
function configurationIn(argv: readonly string[]): string | null {
  for (const [index, word] of argv.entries()) {
    const inWord = /^(?:--?c|--configuration)=(.+)$/.exec(word)?.[1];
    if (inWord !== undefined) return inWord;
    if (/^(?:--?c|--configuration)$/.test(word)) return argv[index + 1] ?? null;
  }
  return null;
}
