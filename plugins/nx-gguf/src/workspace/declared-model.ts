import { schemaText } from '../core/schema-files.js';
import { declaredSource, type DeclaredSource } from './declared-source.js';
import { isRecord, namedMembers, text } from './loose-json.js';

/** Name of the project that holds toolchain.json, where nothing names another. */
export const defaultToolchain = schemaText('model', 'properties', 'toolchain', 'default');

/** What a model.json names: projects, files, variants and references. No value of the recipe is in it. */
export interface DeclaredModel {
  toolchain: string;
  source: DeclaredSource;
  /** Kind of the GGUF elsewhere that plans are made from; null when there is none. */
  planFrom: 'path' | 'url' | 'locked' | null;
  /** Files relative to the project's directory; null when none is named. */
  metadata: string | null;
  template: string | null;
  imatrix: { corpus: string | null } | { source: DeclaredSource } | null;
  variants: readonly { name: string; tensorTypes: string | null }[];
  references: readonly { name: string; source: DeclaredSource; compareWith: string | null }[];
  /** Null when nothing is measured; its corpus is null when it cannot be read. */
  evaluation: { corpus: string | null } | null;
  hasGates: boolean;
}

/** Reads what a model.json names, as far as it has the right form. */
export function declaredModel(model: Readonly<Record<string, unknown>>): DeclaredModel {
  const variants = namedMembers(model['quantize']).map(([name, variant]) => ({
    name,
    tensorTypes: text(variant['tensorTypes']),
  }));
  const taken = new Set(variants.map(({ name }) => name));
  return {
    toolchain: text(model['toolchain']) ?? defaultToolchain,
    source: declaredSource(model['source']),
    planFrom: planFromKind(model['planFrom']),
    metadata: textIn(model['convert'], 'metadata'),
    template: textIn(model['card'], 'template'),
    imatrix: model['imatrix'] === undefined ? null : declaredImatrix(model['imatrix']),
    variants,
    references: namedMembers(model['references'])
      .filter(([name]) => !taken.has(name))
      .map(([name, reference]) => ({
        name,
        source: declaredSource(reference['source']),
        compareWith: compared(reference['compareWith'], taken),
      })),
    evaluation:
      model['evaluation'] === undefined
        ? null
        : { corpus: corpusProject(isRecord(model['evaluation']) ? model['evaluation']['corpus'] : null) },
    hasGates: namedMembers(model['gates']).length > 0,
  };
}

function compared(value: unknown, variants: ReadonlySet<string>): string | null {
  const name = text(value);
  return name !== null && variants.has(name) ? name : null;
}

function declaredImatrix(value: unknown): NonNullable<DeclaredModel['imatrix']> {
  const imatrix = isRecord(value) ? value : {};
  return imatrix['type'] === 'file'
    ? { source: declaredSource(imatrix['source']) }
    : { corpus: corpusProject(imatrix['corpus']) };
}

/** The project of a corpus, which is named alone or with one of its files. */
function corpusProject(value: unknown): string | null {
  return text(isRecord(value) ? value['project'] : value);
}

function planFromKind(value: unknown): DeclaredModel['planFrom'] {
  if (!isRecord(value)) return null;
  switch (value['type']) {
    case 'huggingface':
      return 'locked';
    case 'url':
      return 'url';
    default:
      return 'path';
  }
}

function textIn(value: unknown, key: string): string | null {
  return isRecord(value) ? text(value[key]) : null;
}
