import {
  applyEdits,
  createScanner,
  findNodeAtLocation,
  modify,
  parse,
  parseTree,
  type JSONPath,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { faultOf, silentFault, type JsonFault } from './json-faults.js';
import { parseBounded, valueProblem } from './json-reader.js';
import { placeAt, type TextPlace } from './text-place.js';

/*
 * People write comments and commas behind the last member into their files, and Nx takes both, in its own
 * files and where it hashes fields of ours. What a program writes is strict JSON.
 */
const asWritten = { allowTrailingComma: true } as const;

/**
 * The value of JSON text that people write, or the first place where it is none, or where a part of it would be
 * lost silently: a name that stands twice in one object.
 */
export function parseWrittenJson(text: string): { value: unknown } | { fault: JsonFault } {
  const read = parseJson(text);
  if ('fault' in read) return read;
  const fault = silentFault(text);
  if (fault !== null) return { fault };
  const problem = valueProblem(read.value);
  return problem === null ? read : { fault: faultOfWhole(text, problem) };
}

/** The value of JSON text with comments, or where it is none; of a name that stands twice, the last. */
export function parseJson(text: string): { value: unknown } | { fault: JsonFault } {
  const read = parseBounded(text);
  if ('value' in read) return { value: read.value };
  if (read.cause === undefined) return { fault: faultOfWhole(text, read.problem) };
  const errors: ParseError[] = [];
  let value: unknown;
  try {
    value = parse(text, errors, asWritten) as unknown;
  } catch {
    // Nested deeper than the stack goes.
    return { fault: faultOfWhole(text, read.cause.message) };
  }
  const [first] = errors;
  return first === undefined ? { value } : { fault: faultOf(text, first) };
}

function faultOfWhole(text: string, message: string): JsonFault {
  return { ...placeAt(text, 0), message, hint: 'Write less into one file, and nest it less deep.' };
}

/** The place of a member of JSON text, by the keys that lead to it; null when the text has no such member. */
export function placeOf(text: string, path: readonly string[]): TextPlace | null {
  const root = treeOf(text);
  if (root === null) return null;
  let node: Node = root;
  for (const key of path) {
    const inner = findNodeAtLocation(node, [node.type === 'array' ? Number(key) : key]);
    if (inner === undefined) return null;
    node = inner;
  }
  // Of a member, the line of its name.
  const { offset } = node.parent?.type === 'property' ? node.parent : node;
  return placeAt(text, offset);
}

/** A line of a text with a mark below a column, to be shown under a message. */
export function markedLine({ text, column }: TextPlace): string {
  const start = Math.max(0, column - 1 - 60);
  const shown = text.slice(start, start + 100).replaceAll('\t', ' ');
  return `    | ${shown}\n    | ${' '.repeat(column - 1 - start)}^`;
}

/** The comments of JSON text, in order. */
export function commentsOf(text: string): string[] {
  const scanner = createScanner(text);
  const comments: string[] = [];
  for (let kind: number = scanner.scan(); kind !== endOfFile; kind = scanner.scan())
    if (kind === lineComment || kind === blockComment) comments.push(scanner.getTokenValue().trim());
  return comments;
}

/** JSON text with another value: only what differs is edited, so that comments and layout stay. */
export function editedJson(text: string, value: unknown): string {
  const before = parse(text, [], asWritten) as unknown;
  return differences(before, value).reduce(
    (edited, { path, to }) =>
      applyEdits(
        edited,
        modify(edited, path, to, { formattingOptions: { insertSpaces: true, tabSize: 2, eol: '\n' } }),
      ),
    text,
  );
}

interface Difference {
  path: JSONPath;
  /** Undefined for what goes. */
  to: unknown;
}

function differences(from: unknown, to: unknown, path: JSONPath = []): Difference[] {
  if (Array.isArray(from) && Array.isArray(to)) {
    const both = Math.min(from.length, to.length);
    const gone = from
      .slice(both)
      .map((_, index) => ({ path: [...path, from.length - 1 - index], to: undefined }));
    return [
      ...to.slice(0, both).flatMap((value, index) => differences(from[index], value, [...path, index])),
      ...gone,
      ...to.slice(both).map((value: unknown, index) => ({ path: [...path, both + index], to: value })),
    ];
  }
  if (isObject(from) && isObject(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return keys.flatMap((key) => differences(from[key], to[key], [...path, key]));
  }
  return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ path, to }];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// SyntaxKind is a const enum, which a module that is compiled alone cannot read.
const [lineComment, blockComment, endOfFile]: readonly [number, number, number] = [12, 13, 17];

function treeOf(text: string): Node | null {
  try {
    return parseTree(text, [], asWritten) ?? null;
  } catch {
    // Nested deeper than the stack goes.
    return null;
  }
}
