import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { globSync } from 'tinyglobby';
import { runNxGguf } from './commands/nx-gguf-command.js';
import { createNodes } from './index.js';
import { documents, repository } from './testing/documents.js';

/** Projects that stand for the reader's own. */
const examples: ReadonlySet<string> = new Set(['my-model', '<model>', '<project>']);
/** Commands that the documentation shows because they are refused. */
const wrongOnPurpose: ReadonlySet<string> = new Set(['npx nx run tiny-qwen35:quantize:Q4_KM']);
/** Options of Nx itself, and of its commands. */
const nxOptions: ReadonlySet<string> = new Set([
  'all',
  'base',
  'dry-run',
  'exclude-task-dependencies',
  'head',
  'output-style',
  'skip-nx-cache',
]);
const nxCommands: ReadonlySet<string> = new Set(['affected', 'graph', 'show', 'sync', 'sync:check']);

interface Target {
  executor?: string;
  options?: { command?: string };
}

const json = (path: string): unknown => JSON.parse(readFileSync(join(repository, path), 'utf8'));

/**
 * The projects of this repository with their targets: what the plugin makes, and what project.json files add.
 */
async function workspaceProjects(): Promise<Map<string, Map<string, Target>>> {
  const ignore = [
    '**/node_modules/**',
    '**/dist/**',
    'plugins/*/build/**',
    '**/tmp/**',
    '**/e2e/**',
    '**/src/**',
  ];
  const find = (pattern: string): string[] => globSync([pattern], { cwd: repository, ignore }).sort();
  const declarations = find('{models,tools}/**/{model,corpus,toolchain}.json');
  const nodes = await createNodes[1](declarations, undefined, {
    workspaceRoot: repository,
    nxJsonConfiguration: {},
  });
  const projects = new Map<string, Map<string, Target>>();
  const add = (name: string, targets: Readonly<Record<string, Target>>): void => {
    const known = projects.get(name) ?? new Map<string, Target>();
    for (const [target, value] of Object.entries(targets))
      known.set(target, { ...value, ...known.get(target) });
    projects.set(name, known);
  };
  for (const [, { projects: made }] of nodes)
    for (const [root, { name, targets }] of Object.entries(made ?? {}))
      add(name ?? basename(root), targets ?? {});
  for (const path of find('{models,tools}/**/project.json')) {
    const { name, targets } = json(path) as { name?: string; targets?: Record<string, Target> };
    add(name ?? basename(dirname(path)), targets ?? {});
  }
  return projects;
}

const projects = await workspaceProjects();
const generators = Object.keys(
  (json('plugins/nx-gguf/generators.json') as { generators: object }).generators,
);
const executors = (
  json('plugins/nx-gguf/executors.json') as { executors: Record<string, { schema: string }> }
).executors;
const { scripts } = json('package.json') as { scripts: Record<string, string> };
const packages = ['plugins/nx-gguf', 'tools/cache-server'].map(
  (path) => (json(`${path}/package.json`) as { name: string }).name,
);

async function usageOf(run: (print: (text: string) => void) => Promise<unknown>): Promise<string> {
  let usage = '';
  await run((text) => (usage += text));
  return usage;
}

const usages = await Promise.all(
  [['--help'], ['store', '--help']].map((argv) =>
    usageOf((print) => runNxGguf(argv, { env: {}, nowMs: 0, print, report: () => undefined })),
  ),
);

/** What is wrong with a command line as the documentation shows it, or null. */
function problemOf(line: string): string | null {
  const words = line
    .replace(/\s+#.*$/, '')
    .replace(/\s*&$/, '')
    .trim()
    .split(/\s+/);
  if (words[0] === 'npx') words.shift();
  const [program = '', ...args] = words;
  switch (program) {
    case 'nx':
      return nxProblem(args);
    case 'npm':
      return npmProblem(args);
    case 'node':
      return existsSync(join(repository, sourceOf(args[0] ?? ''))) ? null : `there is no ${args[0] ?? ''}`;
    case 'nx-gguf': {
      const words = args[0] === 'help' ? args.slice(1) : args;
      const name = words.slice(0, words[0] === 'store' ? 2 : 1).join(' ');
      const isKnown = name.startsWith('-') || usages.some((usage) => usage.includes(`\n  nx-gguf ${name} `));
      return isKnown ? null : `nx-gguf has no command ${name}`;
    }
    // Names that anybody can give to a package: npx would fetch it where ours is not installed.
    case 'gguf':
    case 'gguf-store':
      return `${program} is an alias; write npx nx-gguf`;
    default:
      return null;
  }
}

/** The source that a compiled file is made of; another file itself. */
function sourceOf(path: string): string {
  return /\/dist\/.*\.js$/.test(path) ? path.replace('/dist/', '/src/').replace(/\.js$/, '.ts') : path;
}

function nxProblem([command = '', ...args]: readonly string[]): string | null {
  const options = args.filter((arg) => arg.startsWith('--')).map((arg) => arg.slice(2).replace(/=.*/s, ''));
  const valueOf = (name: string): string | undefined =>
    args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
  if (command === 'run') return runProblem(args[0] ?? '', options);
  if (command === 'run-many' || (command === 'affected' && args.length > 0)) {
    const names = args.slice(args.indexOf('-t') + 1).filter((arg) => !arg.startsWith('-'));
    const isTarget = (name: string): boolean => [...projects.values()].some((targets) => targets.has(name));
    const unknown = names.filter((name) => !isTarget(name));
    return names.length === 0 || unknown.length > 0 ? `no project has a target ${unknown.join(', ')}` : null;
  }
  if (command === 'g') {
    const generator = /^nx-gguf:(.+)$/.exec(args[0] ?? '')?.[1] ?? '';
    if (!generators.includes(generator)) return `there is no generator ${args[0] ?? ''}`;
    const project = valueOf('project');
    if (project !== undefined && !isProject(project)) return `there is no project ${project}`;
    return unknownOptions(options, `plugins/nx-gguf/src/generators/${generator}/schema.json`);
  }
  if (!nxCommands.has(command)) return `nx ${command} is not known here`;
  const shown = command === 'show' && args[0] === 'project' ? args[1] : undefined;
  return shown === undefined || isProject(shown) ? null : `there is no project ${shown}`;
}

function runProblem(task: string, options: readonly string[]): string | null {
  const [project = '', ...rest] = task.split(':');
  const name = rest.join(':');
  if (!isProject(project)) return `there is no project ${project}`;
  const targets = projects.get(project) ?? projects.get('tiny-qwen35');
  const target = targets?.get(name);
  if (target === undefined) return `${project} has no target ${name}`;
  const schema = executors[target.executor?.replace('nx-gguf:', '') ?? '']?.schema;
  // An aggregate of targets passes options on to none of them.
  if (schema === undefined) return unknownOptions(options, null);
  return unknownOptions(options, posix.join('plugins/nx-gguf', schema).replace('/dist/', '/src/'));
}

function unknownOptions(options: readonly string[], schema: string | null): string | null {
  const properties =
    schema === null ? {} : (json(schema) as { properties?: Record<string, unknown> }).properties;
  const camel = (option: string): string =>
    option.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const unknown = options.filter(
    (option) => !nxOptions.has(option) && !(camel(option) in (properties ?? {})),
  );
  return unknown.length === 0 ? null : `there is no option --${unknown.join(', --')}`;
}

function npmProblem([command = '', ...args]: readonly string[]): string | null {
  if (command === 'test') return 'test' in scripts ? null : 'there is no script test';
  if (command === 'run') return (args[0] ?? '') in scripts ? null : `there is no script ${args[0] ?? ''}`;
  if (command === 'view' || (command === 'ci' && args.length === 0)) return null;
  if (command === 'install') {
    const { peerDependencies = {} } = json('plugins/nx-gguf/package.json') as {
      peerDependencies?: Record<string, string>;
    };
    const unknown = args.filter((arg) => !arg.startsWith('--') && peerDependencies[arg] === undefined);
    return unknown.length === 0 ? null : `nx-gguf has no peer ${unknown.join(', ')}`;
  }
  if (command !== 'pack') return `npm ${command} is not known here`;
  const workspace = args[args.indexOf('--workspace') + 1] ?? '';
  return packages.includes(workspace) ? null : `there is no package ${workspace}`;
}

function isProject(name: string): boolean {
  return projects.has(name) || examples.has(name);
}

/**
 * The command lines of a document: those of shell blocks, those behind a prompt, and those within sentences.
 */
function commandLines({ blocks, codeSpans }: ReturnType<typeof documents>[number]): string[] {
  const ofBlocks = blocks.flatMap(({ language, text }) =>
    text
      .split('\n')
      .flatMap((line) => (language === 'sh' ? [line] : line.startsWith('$ ') ? [line.slice(2)] : [])),
  );
  const ofSentences = codeSpans.filter((text) =>
    /^(npx|nx|npm|node|nx-gguf|gguf|gguf-store) [\w./-]/.test(text),
  );
  return [...ofBlocks, ...ofSentences].flatMap((line) => line.split('&&')).map((line) => line.trim());
}

describe('the commands of the documentation', () => {
  const commands = documents().flatMap((document) =>
    commandLines(document).map((line) => ({ path: document.path, line })),
  );

  it('are there to be checked, with the projects that they name', () => {
    expect(commands.length).toBeGreaterThan(100);
    expect([...projects.keys()]).toEqual(
      expect.arrayContaining(['llama-cpp', 'llama-docs', 'models', 'qwen35-08b', 'tiny-qwen35']),
    );
  });

  it('name projects, targets, options, generators, scripts and files that there are', () => {
    expect(
      commands
        .filter(({ line }) => !wrongOnPurpose.has(line))
        .flatMap(({ path, line }) => {
          const problem = problemOf(line);
          return problem === null ? [] : [`${path}: ${line}: ${problem}`];
        }),
    ).toEqual([]);
    expect([...wrongOnPurpose].filter((line) => problemOf(line) === null)).toEqual([]);
  });

  it('are named in hints and messages as in the documentation', () => {
    const sources = globSync(['plugins/nx-gguf/src/**/*.ts', 'tools/cache-server/src/**/*.ts'], {
      cwd: repository,
      ignore: ['**/*.spec.ts'],
    });
    expect(sources.length).toBeGreaterThan(300);
    expect(
      sources.filter((path) =>
        /\bgguf-store\b|`(?:npx )?gguf (?:inspect|diff|store)/.test(
          readFileSync(join(repository, path), 'utf8'),
        ),
      ),
    ).toEqual([]);
  });

  it.each([
    ['npx nx run tiny-qwen35:quantise', 'tiny-qwen35 has no target quantise'],
    ['npx nx run tiny-qwen35:quantize:Q3_K_M   # none', 'tiny-qwen35 has no target quantize:Q3_K_M'],
    ['npx nx run tiny:card', 'there is no project tiny'],
    ['npx nx run tiny-qwen35:publish --dryrun', 'there is no option --dryrun'],
    ['npx nx run-many -t cards', 'no project has a target cards'],
    ['npx nx g nx-gguf:upgrade', 'there is no generator nx-gguf:upgrade'],
    ['npx nx g nx-gguf:update --project=other', 'there is no project other'],
    ['nx show project other', 'there is no project other'],
    ['npx nx sink', 'nx sink is not known here'],
    ['npm run format', 'there is no script format'],
    ['npm pack --workspace other', 'there is no package other'],
    ['npm install --save-dev other', 'nx-gguf has no peer other'],
    ['node tools/bench/no.mjs', 'there is no tools/bench/no.mjs'],
    ['npx nx-gguf store prune', 'nx-gguf has no command store prune'],
    ['npx nx-gguf show x.gguf', 'nx-gguf has no command show'],
    ['npx gguf-store ls', 'gguf-store is an alias; write npx nx-gguf'],
    ['npx gguf inspect x.gguf', 'gguf is an alias; write npx nx-gguf'],
  ])('%s is found wrong', (line, problem) => {
    expect(problemOf(line)).toBe(problem);
  });
});
