import { join, posix } from 'node:path';
import type { ExecutorContext, ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import { canonicalJson, type Json } from '../core/json/canonical-json.js';
import { GgufError } from '../core/errors.js';
import type { Model } from '../core/generated/model.generated.js';
import { readSmallText } from '../files/small-file.js';
import type { InferredTarget } from '../infer/inferred-target.js';
import { isRecord, looseJson } from '../workspace/loose-json.js';
import { artifactExecutors } from '../infer/kept-executors.js';
import type { NameClash } from '../infer/project-names.js';
import { clashKey, inferredTargets } from '../infer/project-node.js';
import { targetPrefix } from '../infer/target-prefix.js';
import { requireConsistentModel } from '../recipe/consistent-model.js';
import { declarationOf } from '../workspace/declarations.js';
import { defaultToolchain } from '../workspace/declared-model.js';
import { requireToolchain } from '../workspace/workspace.js';
import { checkTargetOptions } from './checked-options.js';
import { misnamedTarget, type NamedPlace } from './misnamed-target.js';
import { requireNamedProjects } from './named-projects.js';
import { pluginOptions } from '../infer/plugin-options.js';

/** A task as Nx gives it to an executor. */
export type TaskContext = Pick<
  ExecutorContext,
  'root' | 'projectName' | 'targetName' | 'projectsConfigurations' | 'nxJsonConfiguration' | 'taskGraph'
>;

/**
 * Checks before any work that a task agrees with the file in its project's directory: its name, its options,
 * its inputs and its dependencies must be those that the plugin gives. Otherwise Nx would restore results of
 * another recipe.
 * @param hub base address of the hub that `HF_ENDPOINT` names
 * @throws GgufError `TARGET_CONTRADICTED`, `TARGET_MISNAMED`, `DIRECTORY_NAME`, `VARIANT_MISSING`,
 *   `REFERENCE_MISSING`, `PROJECT_AMBIGUOUS`, `PROJECT_NAME_TAKEN`, `TOOLCHAIN_MISSING`, `BAD_OPTIONS`, what
 *   `requireNamedProjects` and `requireConsistentModel` throw, and what is wrong with the file itself
 */
export async function requireDeclaredTarget(
  context: TaskContext,
  options: object,
  hub: string | null = null,
): Promise<void> {
  const { projectName = '', targetName = '', projectsConfigurations, nxJsonConfiguration } = context;
  const project = projectsConfigurations.projects[projectName];
  const actual = project?.targets?.[targetName];
  const [plugin, executor] = (actual?.executor ?? '').split(':');
  if (project === undefined || actual === undefined || plugin !== 'nx-gguf' || executor === undefined) return;
  requireOwnName(project.metadata?.[clashKey] as NameClash | undefined, { projectName, root: project.root });
  if (!artifactExecutors.has(`nx-gguf:${executor}`)) return;
  requirePlainDirectory(project.root);

  const declaration = await declarationOf(executor, {
    workspaceRoot: context.root,
    root: project.root,
    hub,
  });
  const prefix = targetPrefix(pluginOptions(nxJsonConfiguration));
  // Whatever runs first of a model says what is wrong with it, and not the target that comes to it after hours.
  if (declaration.kind === 'model') {
    const model = declaration.content as unknown as Model;
    requireConsistentModel(model, projectName);
    if (needsToolchain(context, executor))
      requireToolchain(
        projectsConfigurations,
        model.toolchain ?? defaultToolchain,
        model.toolchain === undefined ? null : `"toolchain" of ${posix.join(project.root, 'model.json')}`,
      );
  }
  const expected = inferredTargets(declaration, prefix);
  const running = new Set([targetName, ...targetsBeside(context)]);
  const planned = Object.entries(expected).flatMap(([name, target]) => (running.has(name) ? [target] : []));
  requireNamedProjects(declaration, planned, projectsConfigurations.projects);
  const place = { ...context, projectName, targetName, directory: project.root };
  const target = expected[targetName];
  if (target === undefined || target.executor !== actual.executor)
    throw misnamedTarget(place, { executor, options, expected, prefix });
  // So are the options of what runs later.
  for (const name of running)
    if (name !== targetName) checkTargetOptions(`${projectName}:${name}`, project.targets?.[name]);
  // All targets of the project are checked, so that a contradicting one ends the run before hours of work and
  // not after them.
  const problems: string[] = [];
  for (const [name, given] of Object.entries(expected)) {
    const found = project.targets?.[name];
    if (found === undefined || found.executor !== given.executor || !isChecked(given)) continue;
    const own = await targetProblems(given, {
      actual: found,
      options: name === targetName ? options : ((found.options ?? {}) as object),
      place: { ...place, targetName: name },
    });
    problems.push(...own.map((problem) => `  ${name}: ${problem}`));
  }
  if (problems.length === 0) return;
  const declared = posix.join(project.root, `${declaration.kind}.json`);
  const shown = [
    ...problems.slice(0, mostShown),
    ...(problems.length > mostShown ? [`  and ${problems.length - mostShown} more`] : []),
  ];
  throw new GgufError(
    'TARGET_CONTRADICTED',
    [
      `${projectName}: its targets are not those that ${declared} asks for, so Nx could restore results of another recipe`,
      ...shown,
    ].join('\n'),
    {
      hint: 'Delete what is named: the plugin gives it to the target. A list that begins with "..." adds to what it gives. nx.json needs no "targetDefaults" for nx-gguf; `nx sync` writes the lines of project.json.',
    },
  );
}

/** Executors of models that run no tool of llama.cpp, unless a source is made by one. */
const withoutTools: ReadonlySet<string> = new Set(['fetch', 'gate']);

/** True for a task that needs llama.cpp, and for one whose run has such a task of the same model. */
function needsToolchain(context: TaskContext, executor: string): boolean {
  const { targets = {} } =
    context.projectsConfigurations.projects[context.projectName ?? ''] ?? ({} as ProjectConfiguration);
  const beside = targetsBeside(context)
    .map((name) => targets[name]?.executor ?? '')
    .filter((name) => artifactExecutors.has(name))
    .map((name) => name.split(':').at(-1) ?? '');
  return [executor, ...beside].some((name) => !withoutTools.has(name));
}

/** The targets of the same project that the run has. */
function targetsBeside({ projectName, taskGraph }: TaskContext): string[] {
  return Object.values(taskGraph?.tasks ?? {})
    .filter(({ target }) => target.project === projectName)
    .map(({ target }) => target.target);
}

/** Most problems that are shown; with defaults of an older nx.json every target has some. */
const mostShown = 6;

function isChecked({ executor }: InferredTarget): boolean {
  return executor === 'nx:noop' || artifactExecutors.has(executor);
}

async function targetProblems(
  target: InferredTarget,
  { actual, options, place }: { actual: TargetConfiguration; options: object; place: Place },
): Promise<string[]> {
  const lists = await Promise.all(
    (['inputs', 'dependsOn', 'outputs'] as const).map((list) =>
      listProblems(list, { target, actual, place }),
    ),
  );
  return [
    ...(await optionProblems(target, options, place)),
    ...lists.flat(),
    ...flagProblems(target, actual),
  ];
}

/**
 * Nx reads the paths of inputs as patterns, the project's directory included, so it would not see changes in
 * a directory with such a name.
 */
function requirePlainDirectory(root: string): void {
  if (!/[*?[\]{}()]/.test(root)) return;
  throw new GgufError(
    'DIRECTORY_NAME',
    `${root}: Nx takes brackets, * and ? in a path for a pattern, and would not see what changes in this directory`,
    { hint: 'Rename the directory.' },
  );
}

function requireOwnName(
  clash: NameClash | undefined,
  { projectName, root }: { projectName: string; root: string },
): void {
  // A project name that Nx took from elsewhere, such as a package.json, is no clash.
  if (clash === undefined || (projectName !== clash.name && projectName !== root)) return;
  throw new GgufError(
    'PROJECT_NAME_TAKEN',
    `${clash.files.join(' and ')} would make projects of one name, ${clash.name}`,
    {
      hint: 'Give one of them another name: a project.json beside it with { "name": "…" }, or another directory.',
    },
  );
}

type Place = TaskContext & NamedPlace;

async function optionProblems(target: InferredTarget, options: object, place: Place): Promise<string[]> {
  const given = options as Readonly<Record<string, unknown>>;
  const wrong = Object.entries(target.options ?? {}).filter(([name, value]) => given[name] !== value);
  if (wrong.length === 0) return [];
  const where = await sourceOf('options', place);
  return wrong.map(
    ([name, value]) =>
      `its option "${name}" is ${JSON.stringify(given[name])} (in ${where}, or on the command line), and its name says ${JSON.stringify(value)}`,
  );
}

type ListName = 'inputs' | 'dependsOn' | 'outputs';

async function listProblems(
  list: ListName,
  { target, actual, place }: { target: InferredTarget; actual: TargetConfiguration; place: Place },
): Promise<string[]> {
  const sameForm = (entry: unknown): string =>
    canonicalJson((list === 'dependsOn' ? fullDependency(entry, place.projectName) : entry) as Json);
  const present = new Set((actual[list] ?? []).map(sameForm));
  const { projects } = place.projectsConfigurations;
  const lacking = (target[list] ?? []).filter(
    (entry) => !present.has(sameForm(entry)) && !namesMissingProject(entry, projects),
  );
  const excluding = (actual[list] ?? []).filter((entry) => isNegation(entry, list));
  if (lacking.length === 0 && excluding.length === 0) return [];
  const where = await sourceOf(list, place);
  return [
    ...(lacking.length === 0
      ? []
      : [`${where} leaves out of "${list}": ${lacking.map((entry) => JSON.stringify(entry)).join(', ')}`]),
    ...(excluding.length === 0
      ? []
      : [
          `${where} takes away from "${list}": ${excluding.map((entry) => JSON.stringify(entry)).join(', ')}`,
        ]),
  ];
}

/** A dependency with its projects: Nx writes them in several forms, and adds the target's own in a batch. */
function fullDependency(entry: unknown, project: string): unknown {
  // Nx puts the project in front of a text such as `plan:*`.
  if (typeof entry === 'string')
    return {
      projects: [project],
      target: entry.startsWith(`${project}:`) ? entry.slice(project.length + 1) : entry,
    };
  if (!isRecord(entry)) return entry;
  const { projects = [project], target } = entry;
  return { projects: typeof projects === 'string' ? [projects] : projects, target };
}

/**
 * True for an input that excludes files which the plugin includes. An exclusion that is a plain string does
 * not affect inputs in object form.
 */
function isNegation(entry: unknown, list: string): boolean {
  if (typeof entry === 'string') return list === 'outputs' && entry.startsWith('!');
  return isRecord(entry) && typeof entry['fileset'] === 'string' && entry['fileset'].startsWith('!');
}

/**
 * Nx drops a dependency on a project that does not exist; the target itself reports it when it needs that
 * project.
 */
function namesMissingProject(entry: unknown, projects: Readonly<Record<string, unknown>>): boolean {
  if (!isRecord(entry) || !Array.isArray(entry['projects'])) return false;
  return entry['projects'].some((project) => typeof project === 'string' && projects[project] === undefined);
}

function flagProblems(target: InferredTarget, actual: TargetConfiguration): string[] {
  const problems: string[] = [];
  if (target.cache === false && actual.cache === true)
    problems.push('"cache" is true, and Nx cannot see everything that this target reads');
  if (target.parallelism === false && actual.parallelism === true)
    problems.push('"parallelism" is true, and what runs beside it would change what it measures');
  return problems;
}

/** The file that configures a target instead of the plugin. */
async function sourceOf(
  field: string,
  { root, directory, targetName, nxJsonConfiguration }: Place,
): Promise<string> {
  for (const [file, targetsOf] of [
    ['project.json', (content: unknown) => member(content, 'targets')],
    ['package.json', (content: unknown) => member(member(content, 'nx'), 'targets')],
  ] as const) {
    const content = await readSmallText(join(root, directory, file)).then(looseJson, () => null);
    const said = member(member(targetsOf(content?.value), targetName), field);
    // A list with "..." only adds to the list of the plugin.
    if (
      said !== undefined &&
      !(Array.isArray(said) && said.includes('...') && !said.some((entry) => isNegation(entry, field)))
    )
      return posix.join(directory, file);
  }
  return nxJsonConfiguration.targetDefaults === undefined ? 'another plugin' : '"targetDefaults" of nx.json';
}

function member(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}
