import { Ajv, type ErrorObject } from 'ajv';
import { GgufError } from './errors.js';
import { corpusSchema, type Corpus } from './generated/corpus.generated.js';
import { lockSchema, type Lock } from './generated/lock.generated.js';
import { manifestSchema, type Manifest } from './generated/manifest.generated.js';
import { modelSchema, type Model } from './generated/model.generated.js';
import { planSchema, type QuantizationPlan } from './generated/plan.generated.js';
import { sourceSchema } from './generated/source.generated.js';
import { toolchainSchema, type Toolchain } from './generated/toolchain.generated.js';

/** The files that are checked against a schema of this package, and their types. */
export interface Schemas {
  corpus: Corpus;
  lock: Lock;
  manifest: Manifest;
  model: Model;
  plan: QuantizationPlan;
  toolchain: Toolchain;
}

const ajv = new Ajv({ allErrors: true, discriminator: true, verbose: true, allowUnionTypes: true, schemas: [sourceSchema, corpusSchema, lockSchema, manifestSchema, modelSchema, planSchema, toolchainSchema] });

/**
 * The value as the type of its schema; nothing is changed or filled in.
 * @throws GgufError `BAD_<KIND>` that names every problem at once, with the file and the place in it.
 */
export function validate<K extends keyof Schemas>(kind: K, value: unknown, file: string): Schemas[K] {
  const problems = problemsOf(`${kind}.schema.json`, value);
  if (problems.length === 0) return value as Schemas[K];
  throw new GgufError(`BAD_${kind.toUpperCase()}`, problems.map((problem) => `${file}: ${problem}`).join('\n'), {
    hint: `The fields of this file are described in nx-gguf/schemas/${kind}.schema.json; name it as "$schema" and your editor completes them.`,
  });
}

/**
 * The JSON text as the type of its schema.
 * @throws GgufError `BAD_<KIND>` for text that is not JSON or does not fit the schema.
 */
export function parseAs<K extends keyof Schemas>(kind: K, text: string, file: string): Schemas[K] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GgufError(`BAD_${kind.toUpperCase()}`, `${file}: ${(cause as Error).message}`, { cause, hint: 'The file is not valid JSON.' });
  }
  return validate(kind, value, file);
}

/** Checks executor options against their schema and collects the problems. */
export function optionProblems(schema: object, options: unknown): string[] {
  const check = ajv.compile(schema);
  return check(options) ? [] : describe(check.errors ?? []);
}

function problemsOf(id: string, value: unknown): string[] {
  const check = ajv.getSchema(id);
  if (check === undefined) throw new Error(`no schema ${id}`);
  return check(value) === true ? [] : describe(check.errors ?? []);
}

function describe(errors: readonly ErrorObject[]): string[] {
  const told = errors.filter((error) => error.keyword !== 'propertyNames' && error.keyword !== 'oneOf');
  return [...new Set((told.length > 0 ? told : errors).map(sentence))];
}

function sentence(error: ErrorObject): string {
  const place = error.instancePath === '' ? 'the top level' : error.instancePath;
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'additionalProperties':
      return `${place}: unknown property ${JSON.stringify(params['additionalProperty'])}`;
    case 'enum':
      return `${place}: ${shown(error.data)} is none of ${(params['allowedValues'] as unknown[]).map(shown).join(', ')}`;
    case 'const':
      return `${place}: must be ${shown(params['allowedValue'])}, not ${shown(error.data)}`;
    case 'discriminator':
      return `${place}: ${JSON.stringify(params['tag'])} is ${shown(params['tagValue'])}, which is none of the known kinds`;
    case 'pattern':
      return `${place}: ${shown(error.data)} does not have the form ${String(params['pattern'])}`;
    case 'type':
      return `${place}: ${shown(error.data)} ${error.message ?? ''}`;
    default:
      return `${place}: ${error.message ?? error.keyword}`;
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined ?? 'undefined';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
