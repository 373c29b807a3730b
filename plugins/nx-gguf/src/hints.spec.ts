import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandUsage } from './commands/command-usage.js';
import { commandUsages } from './commands/usages.js';
import { errorCatalogue } from './core/error-catalogue.js';
import { inferredTargets } from './infer/project-node.js';
import { declaredNames } from './testing/declared-names.js';
import { sourceTexts, textsOf, unknownPart } from './testing/source-texts.js';

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
/** Options of Nx itself that texts name. */
const optionsOfNx = ['skip-nx-cache', 'exclude-task-dependencies', 'parallel'];
/** Options of other programs that texts name. */
const foreignOptions: Readonly<Record<string, readonly string[]>> = {
  'convert_hf_to_gguf.py': ['bigendian', 'mistral-format', 'mmproj', 'mtp', 'no-mtp', 'split-max-size'],
  'llama-quantize': ['dry-run', 'pure', 'tensor-type-file'],
  'llama-perplexity, llama-bench': ['list-devices'],
  'llama-server, llama-cli': ['rope-scaling', 'rope-scale'],
  'llama-gguf-split': ['merge'],
  cmake: ['build', 'config', 'target'],
  git: ['global'],
  npm: ['save-dev'],
  'xcode-select': ['install'],
};
const settings = declaredNames(['schemas/*.json']);
const options = declaredNames(['src/{executors,generators}/*/schema.json']).names;
const usages: Readonly<Record<string, CommandUsage>> = commandUsages;
const known = {
  options: new Set([
    ...optionsOfNx,
    ...Object.values(foreignOptions).flat(),
    ...[...options].flatMap((name) => [name, name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)]),
    ...Object.values(usages).flatMap((usage) => Object.keys(usage.options ?? {})),
    ...['help', 'version'],
  ]),
  fields: new Set([...settings.names, ...options]),
};

const texts = sourceTexts();
/** Sentences, and not names, paths or code of other languages. */
const sentences = texts.filter(
  ({ file, text }) =>
    text.trim().split(/\s+/).length >= 4 &&
    // Programs in Python or for the browser, and what Vega reads.
    ![
      'report/page/',
      'report/pictures/',
      'toolchain/python.ts',
      'files/piece-hasher.ts',
      'report/card/dataset-name-lines.ts',
    ].some((of) => file.startsWith(of)),
);
const literals = new Set(texts.map(({ text }) => text));

/** The commands between backticks in a text. */
function commandsIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)]
    .map(([, span]) => span ?? '')
    .filter((span) => /^(npx )?(nx|nx-gguf) \S/.test(span));
}

/** What is wrong with a command: a name or an option that there is not. Null when it can be run. */
function problem(command: string): string | null {
  const [program = '', ...words] = command.replace(/^npx /, '').split(/\s+/);
  const [name = '', ...rest] = words;
  if (program === 'nx-gguf') return commandProblem(words);
  if (!ofNx.has(name) && !name.includes(unknownPart)) return `Nx has no command ${name}`;
  if (name === 'run') {
    const target = rest[0]?.split(':')[1] ?? unknownPart;
    return target.includes(unknownPart) || targets.has(target) ? null : `there is no target ${target}`;
  }
  if (name !== 'g') return null;
  const generator = /^nx-gguf:([\w-]+)/.exec(rest[0] ?? '')?.[1] ?? '';
  if (!generators.has(generator)) return `there is no generator ${generator}`;
  return unknownIn(rest, [...declaredNames([`src/generators/${generator}/schema.json`]).names]);
}

function commandProblem(words: readonly string[]): string | null {
  const isStore = words[0] === 'store';
  const name = words.slice(0, isStore ? 2 : 1).join(' ');
  const last = words[isStore ? 1 : 0] ?? '';
  if (last === '' || last === 'help' || last.startsWith('--') || last === 'COMMAND') return null;
  const usage = Object.hasOwn(usages, name) ? usages[name] : undefined;
  return usage === undefined
    ? `nx-gguf has no command ${name}`
    : unknownIn(words, [...Object.keys(usage.options ?? {}), 'help', 'version']);
}

function unknownIn(words: readonly string[], names: readonly string[]): string | null {
  const wrong = words
    .filter((word) => word.startsWith('--'))
    .map((word) => word.slice(2).replace(/=.*/s, ''))
    .filter((word) => !names.includes(word));
  return wrong.length === 0 ? null : `there is no --${wrong.join(', --')}`;
}

/** The names in a sentence that nothing has: options, fields of declarations, variables, codes. */
function unknownNames(text: string): string[] {
  const named = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([name]) => name);
  const isField = (path: string): boolean => {
    const parts = path.split('.');
    return parts.slice(1).every((part, index) => settings.pairs.has(`${parts[index] ?? ''}.${part}`));
  };
  return [
    ...named(/(?<![\w-])--[a-zA-Z][\w-]+/g).filter((name) => !known.options.has(name.slice(2))),
    ...named(/(?<![\w./@-])[a-z][A-Za-z]+(?:\.[a-zA-Z]\w*)+(?![\w/-])/g).filter(
      (path) => !isField(path) && !notOfSchemas.test(path),
    ),
    ...named(/(?<![\w./-])[a-z]+(?:[A-Z][a-z]+)+(?![\w(])/g).filter(
      (name) => !known.fields.has(name) && !['dependsOn', 'targetDefaults', 'llamaCpp'].includes(name),
    ),
    ...named(/(?<![\w-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?!\w)/g).filter(
      (name) => !literals.has(name) && !(name in errorCatalogue) && !ofOthers.has(name),
    ),
  ];
}

/** Names with dots that are no fields: files, keys of a GGUF, settings of git, programs. */
const notOfSchemas =
  /\.(json|gz|txt|weight|model|h|cpp|speed)$|^(general|tokenizer|split|imatrix)\.|^user\.(name|email)$/;
/** Variables that libraries read, and an error that is caught where it is thrown. */
const ofOthers = new Set([
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'HTTPS_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'NO_PROXY',
  'TENSOR_DAMAGED',
]);

const commands = [...new Set(texts.flatMap(({ text }) => commandsIn(text)))].sort();

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
    ['nx g nx-gguf:update --every', 'there is no --every'],
    ['npx nx-gguf store clean', 'nx-gguf has no command store clean'],
    ['nx-gguf store gc --repair', 'there is no --repair'],
    ['nx-gguf compare', 'nx-gguf has no command compare'],
    ['nx-gguf diff A B --deep', 'there is no --deep'],
    ['nx cleanup', 'Nx has no command cleanup'],
    ['nx run llama-cpp:doctor', null],
    ['nx-gguf store verify --repair', null],
    ['nx-gguf store gc --keep . --keep-days 3', null],
  ])('%s: %s', (command, wrong) => {
    expect(problem(command)).toBe(wrong);
  });
});

describe('the names in messages, hints and remedies', () => {
  it('are those of options, fields, variables and codes that there are', () => {
    expect(sentences.length).toBeGreaterThan(1000);
    expect(
      sentences
        .map(({ file, text }) => [file, ...unknownNames(text)])
        .filter(([, ...names]) => names.length > 0),
    ).toEqual([]);
  });

  it.each([
    ['Give --allow-stale or --allowStale, or --skip-nx-cache.', []],
    ['Give --allowStalled to publish all the same.', ['--allowStalled']],
    ['Raise evaluation.baseLimit, or correct publish.to.', []],
    ['Raise evaluation.baseLimits of the model.', ['evaluation.baseLimits']],
    ['Set publish.splitMaxSize, or keepSplit of the variant.', []],
    ['Set splitMaximum of the variant to less.', ['splitMaximum']],
    ['Set NX_GGUF_STORE, or see what BLOB_MISSING says.', []],
    ['Set NX_GGUF_SHOP to another directory than that.', ['NX_GGUF_SHOP']],
  ])('%s', (text, names) => {
    expect(unknownNames(text)).toEqual(names);
  });

  it('are found in templates too', () => {
    expect(textsOf('const hint = `run ${target} with --foo`;')).toEqual([`run ${unknownPart} with --foo`]);
  });
});

it('what stands between backticks in a remedy is a name that is used somewhere', () => {
  const words = Object.values(errorCatalogue)
    .flatMap(({ cause, remedy }) => [...`${cause} ${remedy}`.matchAll(/`(\w[\w.-]*)`/g)])
    .map(([, word]) => word ?? '');
  const isUsed = (word: string): boolean =>
    known.fields.has(word) ||
    targets.has(word) ||
    texts.some(({ file, text }) => file !== 'core/error-catalogue.ts' && text.includes(word));
  expect(words.length).toBeGreaterThan(100);
  expect(words.filter((word) => !isUsed(word) && !settings.pairs.has(word))).toEqual([]);
});

it('targets that texts name with "the `x` target" are there', () => {
  const named = texts.flatMap(({ text }) =>
    [...text.matchAll(/[Tt]he `([a-z-]+)` target/g)].map(([, name]) => name ?? ''),
  );
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !targets.has(name))).toEqual([]);
});
