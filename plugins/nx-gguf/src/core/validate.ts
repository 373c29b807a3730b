import type { ErrorObject } from 'ajv';
import { GgufError } from './errors.js';
import { readJson } from './json/json-reader.js';
import { markedLine, parseWrittenJson, placeOf } from './json/json-text.js';
import { lfsPointerError, readLfsPointer } from './lfs-pointer.js';
import type { BenchResult } from './generated/bench.generated.js';
import type { BenchComparison } from './generated/bench-comparison.generated.js';
import type { Comparison } from './generated/comparison.generated.js';
import type { Corpus } from './generated/corpus.generated.js';
import type { Evidence } from './generated/evidence.generated.js';
import type { GateResult } from './generated/gate.generated.js';
import type { KldResult } from './generated/kld.generated.js';
import type { LlamaBenchOutput } from './generated/llama-bench.generated.js';
import type { Lock } from './generated/lock.generated.js';
import type { Manifest } from './generated/manifest.generated.js';
import type { Model } from './generated/model.generated.js';
import type { QuantizationPlan } from './generated/plan.generated.js';
import type { PluginOptions } from './generated/plugin.generated.js';
import type { PublishPlan } from './generated/publish-plan.generated.js';
import type { Published } from './generated/published.generated.js';
import type { Toolchain } from './generated/toolchain.generated.js';
import { misplacedGate, shallowGate } from './misplaced-gate.js';
import { fileCheck, schemaCheck } from './schema-checks.js';
import { schemaFile } from './schema-files.js';
import { didYouMean } from './suggestion.js';

/** The files that are checked against a schema of this package, and their types. */
export interface Schemas {
  bench: BenchResult;
  'bench-comparison': BenchComparison;
  comparison: Comparison;
  corpus: Corpus;
  evidence: Evidence;
  gate: GateResult;
  kld: KldResult;
  'llama-bench': LlamaBenchOutput;
  lock: Lock;
  manifest: Manifest;
  model: Model;
  plan: QuantizationPlan;
  plugin: PluginOptions;
  'publish-plan': PublishPlan;
  published: Published;
  toolchain: Toolchain;
}

/** Files that people write: with comments, as Nx takes them, and with lines that they look for. */
const written: ReadonlySet<keyof Schemas> = new Set(['model', 'corpus', 'toolchain', 'lock']);

/**
 * The value as the type of its schema; nothing is changed or filled in.
 * @throws GgufError `BAD_<KIND>` that names every problem at once, with the file and the place in it.
 */
export function validate<K extends keyof Schemas>(kind: K, value: unknown, file: string): Schemas[K] {
  return validated(kind, value, { placeOf: () => file });
}

/**
 * The value as the type of its schema; `placeOf` tells the file, and line and column where these are known,
 * of a problem.
 */
function validated<K extends keyof Schemas>(
  kind: K,
  value: unknown,
  { placeOf }: { placeOf: (problem: Problem) => string },
): Schemas[K] {
  const problems = problemsOf(kind, value);
  if (problems.length === 0) return value as Schemas[K];
  throw new GgufError(
    codeOf(kind),
    [...new Set(problems.map((problem) => `${placeOf(problem)}: ${problem.sentence}`))].join('\n'),
    {
      hint: `The fields of this file are described in nx-gguf/schemas/${kind}.schema.json; name it as "$schema" and your editor completes them.`,
    },
  );
}

/**
 * The JSON text as the type of its schema. Files that people write may have comments, and commas behind the
 * last member.
 * @throws GgufError `BAD_<KIND>` for text that is not JSON or does not fit the schema, `LFS_POINTER`
 */
export function parseAs<K extends keyof Schemas>(
  kind: K,
  source: string | Uint8Array,
  file: string,
): Schemas[K] {
  if (!written.has(kind)) return validate(kind, strictValue(kind, source, file), file);
  const text = typeof source === 'string' ? source : Buffer.from(source).toString('utf8');
  return validated(kind, writtenValue(kind, text, file), {
    placeOf: ({ path }) => {
      const place = placeOf(text, path);
      return place === null ? file : `${file}:${place.line}:${place.column}`;
    },
  });
}

function writtenValue(kind: string, text: string, file: string): unknown {
  const read = parseWrittenJson(text);
  if ('value' in read) return read.value;
  refusePointer(text, file);
  const { fault } = read;
  throw new GgufError(
    codeOf(kind),
    `${file}:${fault.line}:${fault.column}: ${fault.message}\n${markedLine(fault)}`,
    { hint: fault.hint },
  );
}

function strictValue(kind: string, source: string | Uint8Array, file: string): unknown {
  const read = readJson(source);
  if ('value' in read) return read.value;
  refusePointer(typeof source === 'string' ? source : Buffer.from(source).toString('utf8'), file);
  const { problem, cause } = read;
  throw new GgufError(codeOf(kind), `${file}: ${cause?.message ?? problem}`, {
    cause,
    hint:
      cause === undefined
        ? 'nx-gguf wrote no such file: it is damaged, or of somebody else.'
        : 'The file is not valid JSON.',
  });
}

function refusePointer(text: string, file: string): void {
  const pointer = readLfsPointer(text);
  if (pointer !== null) throw lfsPointerError(file, pointer, 'Run `git lfs pull` in this repository.');
}

/**
 * The JSON text of a stranger as the type of its schema, or its first problem. It stops there: collecting all
 * of them takes time that grows faster than their number, and strangers may send many.
 */
export function parseForeign<K extends keyof Schemas>(
  kind: K,
  text: string,
): Schemas[K] | { problem: string } {
  const read = readJson(text);
  if ('problem' in read) return { problem: read.problem };
  const check = fileCheck(kind, 'first');
  return check(read.value)
    ? (read.value as Schemas[K])
    : { problem: describe(check.errors ?? [])[0]?.sentence ?? 'it is not valid' };
}

/** Checks executor options against their schema and collects the problems. */
export function optionProblems(schema: object, options: unknown): string[] {
  const check = schemaCheck(schema);
  return check(options) ? [] : [...new Set(describe(check.errors ?? []).map(({ sentence }) => sentence))];
}

function codeOf(kind: string): string {
  return `BAD_${kind.replace('-', '_').toUpperCase()}`;
}

/** Something that is wrong with a value, and the keys that lead to it. */
interface Problem {
  sentence: string;
  path: string[];
}

function problemsOf(kind: keyof Schemas, value: unknown): Problem[] {
  const check = fileCheck(kind, 'all');
  return check(value) ? [] : describe(check.errors ?? []);
}

function describe(errors: readonly ErrorObject[]): Problem[] {
  const told = withoutAlternatives(errors).filter(
    (error) => error.keyword !== 'propertyNames' && (error.keyword !== 'oneOf' || expects(error) !== null),
  );
  return (told.length > 0 ? told : errors).map((error) => ({
    sentence: sentence(error),
    path: pathOf(error),
  }));
}

/**
 * The errors without those of each alternative, where the schema says in words what all of them together take:
 * of a value that fits none it is enough to say that once.
 */
function withoutAlternatives(errors: readonly ErrorObject[]): ErrorObject[] {
  // The outermost union of a place comes last.
  const unions = new Map(
    errors
      .filter((error) => error.keyword === 'oneOf' && expects(error) !== null)
      .map((error) => [error.instancePath, error] as const),
  );
  const kept = errors.filter(({ instancePath, keyword, data }) => {
    if (!unions.has(instancePath)) return true;
    // An object or a list has more to it than that it is no text.
    return typeof data === 'object' && data !== null && keyword !== 'type' && keyword !== 'oneOf';
  });
  const unsaid = [...unions.values()].filter(
    (union) => !kept.some(({ instancePath }) => `${instancePath}/`.startsWith(`${union.instancePath}/`)),
  );
  return [...kept, ...unsaid];
}

/** What the schema of an error takes, in words and with an example, or null where it does not say. */
function expects({ parentSchema }: ErrorObject): string | null {
  const { expects: words, examples = [] } = (parentSchema ?? {}) as {
    expects?: string;
    examples?: unknown[];
  };
  if (words === undefined) return null;
  const example = examples.find((value) => typeof value === 'string');
  return `${words}${example === undefined ? '' : `, e.g. ${shown(example)}`}`;
}

function pathOf({ instancePath, params, propertyName }: ErrorObject): string[] {
  const keys = instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const { additionalProperty } = params as { additionalProperty?: string };
  const last = additionalProperty ?? propertyName;
  return last === undefined ? keys : [...keys, last];
}

function sentence(error: ErrorObject): string {
  const place = error.instancePath === '' ? 'the top level' : error.instancePath;
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'additionalProperties': {
      const { properties = {} } = (error.parentSchema ?? {}) as { properties?: object };
      const name = String(params['additionalProperty']);
      return `${place}: unknown property ${JSON.stringify(name)}${didYouMean(name, Object.keys(properties))}${misplacedGate(error.instancePath, name)}`;
    }
    case 'enum': {
      const allowed = params['allowedValues'] as unknown[];
      const names = allowed.filter((value) => typeof value === 'string');
      return `${place}: ${shown(error.data)} is none of ${allowed.map(shown).join(', ')}${typeof error.data === 'string' ? didYouMean(error.data, names) : ''}`;
    }
    case 'const':
      return `${place}: must be ${shown(params['allowedValue'])}, not ${shown(error.data)}`;
    case 'discriminator':
      return `${place}: ${JSON.stringify(params['tag'])} is ${shown(params['tagValue'])}, which is none of the known kinds${knownKinds(error)}`;
    case 'not': {
      const { description = '' } = (error.parentSchema ?? {}) as { description?: string };
      return `${place}: ${shown(error.data)} is not allowed (${description.replace(/\..*/s, '')})`;
    }
    case 'pattern':
    case 'oneOf':
      return `${place}: ${shown(error.data)} must be ${expects(error) ?? `of another form: ${error.message ?? ''}`}`;
    case 'type':
      return `${place}: ${shown(error.data)} ${error.message ?? ''}${shallowGate(error.instancePath)}`;
    default:
      return `${place}: ${error.message ?? error.keyword}`;
  }
}

/** The kinds that a discriminator knows; nothing where its schema is none of those that people write by. */
function knownKinds({ parentSchema, params }: ErrorObject): string {
  const { tag = '' } = params as { tag?: string };
  const { oneOf = [] } = (parentSchema ?? {}) as { oneOf?: { $ref?: string }[] };
  const definitions = ['source', 'model', 'toolchain'].map((name) => schemaFile(name).definitions ?? {});
  const kinds = oneOf.flatMap(({ $ref = '' }) => {
    const name = $ref.replace(/^.*#\/definitions\//, '');
    return definitions.flatMap((known) => known[name]?.properties?.[tag]?.['const'] ?? []);
  });
  return kinds.length === 0 ? '' : `: ${[...new Set(kinds)].map(shown).join(', ')}`;
}

function shown(value: unknown): string {
  let text;
  try {
    text = (JSON.stringify(value) as string | undefined) ?? 'undefined';
  } catch {
    // JSON that is nested deeper than the stack can be parsed, but not written.
    return 'a value that is nested too deep';
  }
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
