import { schemaFile } from '../core/schema-files.js';
import { isRecord } from './loose-json.js';

/**
 * The kinds of project that a file in their directory makes: `model.json`, `corpus.json`, `toolchain.json`.
 */
export const projectKinds = ['model', 'corpus', 'toolchain'] as const;

/** A kind of project. */
export type ProjectKind = (typeof projectKinds)[number];

/** A file that declares a project, as JSON of any form. */
export interface Declaration {
  kind: ProjectKind;
  /** The project's directory, relative to the workspace. */
  root: string;
  content: Readonly<Record<string, unknown>>;
  /** The file is no JSON: there may be more in it than was read. */
  isBroken?: boolean;
}

/**
 * Fields of which a file has one when it is ours, and not of another program that calls its files the same.
 */
const ownFields: Record<ProjectKind, readonly string[]> = {
  model: ['source', 'quantize', 'imatrix', 'evaluation', 'references'],
  corpus: ['source'],
  toolchain: ['source'],
};

const modelFields: ReadonlySet<string> = new Set(Object.keys(schemaFile('model').properties ?? {}));

/** True for the content of a file of ours, right or wrong; others call their files so too. */
export function isOurs(kind: ProjectKind, content: unknown): content is Readonly<Record<string, unknown>> {
  if (!isRecord(content)) return false;
  const schema = content['$schema'];
  if (typeof schema === 'string' && schema.includes('nx-gguf')) return true;
  if (typeof schema === 'string' && /^https?:/.test(schema)) return false;
  if (ownFields[kind].some((field) => isRecord(content[field]))) return true;
  // A model.json that has lost the rest, or has not got it yet.
  return (
    kind === 'model' &&
    typeof content['name'] === 'string' &&
    Object.keys(content).every((field) => modelFields.has(field))
  );
}
