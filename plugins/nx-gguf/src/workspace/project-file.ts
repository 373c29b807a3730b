import { readLfsPointer } from '../core/lfs-pointer.js';
import { schemaFile } from '../core/schema-files.js';
import { nearestName } from '../core/suggestion.js';
import { isRecord, looseJson, namedMembers } from './loose-json.js';

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
  /** The file is wrong: there may be more meant by it than was read. */
  isBroken?: boolean;
}

/**
 * Whose a file with the name of a declaration is. Nothing tells it of an empty file, or of one whose content is
 * elsewhere (`unknown`).
 */
export type Ownership = 'ours' | 'foreign' | 'unknown';

/**
 * Fields of which a file has one when it is ours, and not of another program that calls its files the same.
 */
const ownFields: Record<ProjectKind, readonly string[]> = {
  model: ['source', 'quantize', 'imatrix', 'evaluation', 'references'],
  corpus: ['source'],
  toolchain: ['source'],
};

/**
 * Reads a file with the name of a declaration as far as that goes, and tells whose it is.
 * @param text null for a file that cannot be read
 */
export async function readLoosely(
  kind: ProjectKind,
  text: string | null,
): Promise<{ ownership: Ownership; content: Declaration['content']; isBroken: boolean }> {
  const { value, isBroken } = text === null ? { value: undefined, isBroken: true } : await looseJson(text);
  if (isRecord(value) && isOurs(kind, value))
    return { ownership: 'ours', content: value, isBroken: isBroken || isIncomplete(kind, value) };
  const isOther = isRecord(value) && !isBroken && Object.keys(value).length > 0;
  return {
    ownership: isOther || text === null ? (isOther ? 'foreign' : 'unknown') : ownershipOf(kind, text),
    content: {},
    isBroken: true,
  };
}

/** True for the content of a file of ours, right or wrong; others call their files so too. */
export function isOurs(kind: ProjectKind, content: unknown): content is Declaration['content'] {
  if (!isRecord(content)) return false;
  const schema = content['$schema'];
  if (typeof schema === 'string' && schema.includes('nx-gguf')) return true;
  if (typeof schema === 'string' && /^https?:/.test(schema)) return false;
  if (ownFields[kind].some((field) => isRecord(content[field]))) return true;
  // One that has lost the rest, has not got it yet, or has it misspelt or in another form.
  const fields = Object.keys(content);
  return (
    ((kind === 'model' && typeof content['name'] === 'string') ||
      fields.some(
        (field) => nearestName(field, ownFields[kind]) !== null && typeof content[field] === 'object',
      )) &&
    fields.every((field) => nearestName(field, fieldsOf(kind)) !== null)
  );
}

/** Whose a text is that is no object of JSON: the names in it tell. */
function ownershipOf(kind: ProjectKind, text: string): Ownership {
  if (readLfsPointer(text) !== null) return 'unknown';
  // UTF-16 that is read as UTF-8 has a zero beside each letter.
  const letters = text.replaceAll(/[\0\uFFFD]/g, '').slice(0, longestScanned);
  const names = [...letters.matchAll(/["']?([$\w]+)["']?[ \t]*:/g)].map(([, name = '']) => name);
  if (names.some((name) => ownFields[kind].includes(name))) return 'ours';
  return names.every((name) => fieldsOf(kind).includes(name)) ? 'unknown' : 'foreign';
}

/** No declaration is longer; files of other programs can be. */
const longestScanned = 1_000_000;

/** True for an object whose fields are not all known, or of another form: targets can be meant by these. */
function isIncomplete(kind: ProjectKind, content: Declaration['content']): boolean {
  return (
    Object.keys(content).some((field) => !fieldsOf(kind).includes(field)) ||
    (kind === 'model' &&
      ['quantize', 'references', 'gates'].some((field) => {
        const value = content[field];
        return (
          value !== undefined && (!isRecord(value) || namedMembers(value).length < Object.keys(value).length)
        );
      }))
  );
}

function fieldsOf(kind: ProjectKind): readonly string[] {
  return Object.keys(schemaFile(kind).properties ?? {});
}
