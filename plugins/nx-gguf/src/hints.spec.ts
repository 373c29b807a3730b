import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import ts from 'typescript';
import { fileHelp } from './commands/file-commands.js';
import { storeHelp } from './commands/store-options.js';
import { inferredTargets } from './infer/project-node.js';

const here = import.meta.dirname;
const other = { type: 'path', path: 'x' };
/** The kinds of targets that the plugin gives: those of a model with everything, of a corpus and of a toolchain. */
const targets = new Set(
  [
    {
      kind: 'model' as const,
      content: {
        name: 'M',
        source: other,
        imatrix: { type: 'make', corpus: 'c' },
        quantize: { v: { ftype: 'Q6_K' } },
        references: { r: { source: other } },
        evaluation: { corpus: 'c' },
        gates: { v: { atMost: { size: 1 } } },
      },
    },
    { kind: 'corpus' as const, content: { source: other } },
    { kind: 'toolchain' as const, content: { source: { type: 'git' } } },
  ].flatMap((declaration) =>
    Object.keys(inferredTargets({ root: 'm', ...declaration }, '')).map((name) => name.split(':')[0] ?? ''),
  ),
);
const generators = new Set(readdirSync(join(here, 'generators')));
/** Commands of Nx itself that texts name. */
const ofNx = new Set(['sync', 'sync:check', 'graph', 'reset', 'run', 'g', 'run-many', 'affected', 'show']);
const unknownPart = '\u0000';

/** The commands between backticks in the texts of a source; what is not known before it runs is one character. */
function commandsIn(text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    if (ts.isTemplateExpression(node))
      found.push(
        [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join(unknownPart),
      );
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true));
  return found
    .flatMap((one) => [...one.matchAll(/`([^`]+)`/g)].map(([, span]) => span ?? ''))
    .filter((span) => /^(npx )?(nx|nx-gguf) \S/.test(span));
}

/** What is wrong with a command: a name or an option that there is not. Null when it can be run. */
function problem(command: string): string | null {
  const [program = '', ...words] = command.replace(/^npx /, '').split(/\s+/);
  const [name = '', ...rest] = words;
  if (program === 'nx-gguf') return name === 'store' ? storeProblem(rest) : fileProblem(name);
  if (!ofNx.has(name) && !name.includes(unknownPart)) return `Nx has no command ${name}`;
  if (name === 'run') {
    const target = rest[0]?.split(':')[1] ?? unknownPart;
    return target.includes(unknownPart) || targets.has(target) ? null : `there is no target ${target}`;
  }
  if (name !== 'g') return null;
  const generator = /^nx-gguf:([\w-]+)/.exec(rest[0] ?? '')?.[1] ?? '';
  return generators.has(generator) ? null : `there is no generator ${generator}`;
}

function fileProblem(name: string): string | null {
  return fileHelp.includes(`nx-gguf ${name} `) || name.startsWith('--')
    ? null
    : `nx-gguf has no command ${name}`;
}

function storeProblem([name = '', ...rest]: readonly string[]): string | null {
  if (name === '--help') return null;
  const lines = storeHelp.split('\n');
  const first = lines.findIndex((line) => new RegExp(`^ +\\S+( store)? ${name}\\b`).test(line));
  if (first < 0) return `the store has no command ${name}`;
  const next = lines.findIndex((line, index) => index > first && /^ {2}\S/.test(line));
  const usage = lines.slice(first, next < 0 ? undefined : next).join('\n');
  const wrong = rest.filter((word) => word.startsWith('--') && !usage.includes(word));
  return wrong.length === 0 ? null : `store ${name} has no ${wrong.join(', ')}`;
}

const sources = globSync(['**/*.ts'], {
  cwd: here,
  ignore: ['**/*.spec.ts', '**/testing/**', '**/generated/**'],
}).sort();
const commands = [
  ...new Set(sources.flatMap((file) => commandsIn(readFileSync(join(here, file), 'utf8')))),
].sort();

describe('what hints and remedies tell people to run', () => {
  it('is found in the sources', () => {
    expect(commands.some((command) => command.includes('nx g nx-gguf:update'))).toBe(true);
    expect(commands.length).toBeGreaterThan(10);
  });

  it('is there', () => {
    expect(
      commands.map((command) => [command, problem(command)]).filter(([, wrong]) => wrong !== null),
    ).toEqual([]);
  });

  it.each([
    ['nx run m:quantise', 'there is no target quantise'],
    ['npx nx g nx-gguf:init', 'there is no generator init'],
    ['npx nx-gguf store clean', 'the store has no command clean'],
    ['nx-gguf store gc --repair', 'store gc has no --repair'],
    ['nx-gguf compare', 'nx-gguf has no command compare'],
    ['nx cleanup', 'Nx has no command cleanup'],
    ['nx run llama-cpp:doctor', null],
    ['nx-gguf store verify --repair', null],
  ])('%s: %s', (command, wrong) => {
    expect(problem(command)).toBe(wrong);
  });
});

it('targets that texts name with "the `x` target" are there', () => {
  const named = sources.flatMap((file) =>
    [...readFileSync(join(here, file), 'utf8').matchAll(/[Tt]he \\?`([a-z-]+)\\?` target/g)].map(
      ([, name]) => name ?? '',
    ),
  );
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !targets.has(name))).toEqual([]);
});
