import {
  applyEdits,
  createScanner,
  findNodeAtLocation,
  modify,
  parse,
  parseTree,
  printParseErrorCode,
  type JSONPath,
  type Node,
  type ParseError,
} from 'jsonc-parser';

/** A place in a text: line and column from 1, and the text of the line. */
export interface TextPlace {
  line: number;
  column: number;
  text: string;
}

/** Where text stops being JSON, and why. */
export interface JsonFault extends TextPlace {
  message: string;
}

/*
 * People write comments and commas behind the last member into their files, and Nx takes both, in its own
 * files and where it hashes fields of ours. What a program writes is strict JSON.
 */
const asWritten = { allowTrailingComma: true } as const;

/** The value of JSON text that people write, or the first place where it is none. */
export function parseWrittenJson(text: string): { value: unknown } | { fault: JsonFault } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (cause) {
    const errors: ParseError[] = [];
    let value: unknown;
    try {
      value = parse(text, errors, asWritten) as unknown;
    } catch {
      // Nested deeper than the stack goes.
      return { fault: { ...placeAt(text, 0), message: (cause as Error).message } };
    }
    const [first] = errors;
    return first === undefined ? { value } : { fault: faultOf(text, first) };
  }
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

/** The members of a JSON object whose name an earlier one has, with their places. */
export function repeatedNames(text: string): (TextPlace & { name: string })[] {
  const members = (treeOf(text)?.children ?? []).filter(({ type }) => type === 'property');
  const seen = new Set<unknown>();
  return members.flatMap(({ children, offset }) => {
    const name: unknown = children?.[0]?.value;
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ name: String(name), ...placeAt(text, offset) }];
  });
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

const words: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this is no JSON: names and texts stand in double quotes',
  InvalidNumberFormat: 'this is no number of JSON',
  PropertyNameExpected: 'a name in double quotes is expected here',
  ValueExpected: 'a value is expected here',
  ColonExpected: 'a colon is expected here',
  CommaExpected: 'a comma is missing in front of this',
  CloseBraceExpected: 'a } is missing',
  CloseBracketExpected: 'a ] is missing',
  EndOfFileExpected: 'the JSON ends in front of this',
  UnexpectedEndOfComment: 'the comment does not end',
  UnexpectedEndOfString: 'the text in double quotes does not end on its line',
  UnexpectedEndOfNumber: 'the number does not end',
  InvalidUnicode: 'this is no Unicode escape of JSON',
  InvalidEscapeCharacter: 'JSON has no such escape; a backslash is written twice',
  InvalidCharacter: 'a control character must be escaped',
};

function faultOf(text: string, { error, offset }: ParseError): JsonFault {
  const place = placeAt(text, offset);
  if (text.startsWith('\uFEFF'))
    return { ...place, message: 'the file begins with a byte order mark: save it as UTF-8 without one' };
  if (text.trim() === '') return { ...place, message: 'the file is empty' };
  if (/^(<{7}|={7}|>{7})( |$)/.test(place.text))
    return { ...place, message: 'a merge conflict is not resolved' };
  const name = printParseErrorCode(error);
  return { ...place, message: words[name] ?? name };
}

function treeOf(text: string): Node | null {
  try {
    return parseTree(text, [], asWritten) ?? null;
  } catch {
    // Nested deeper than the stack goes.
    return null;
  }
}

function placeAt(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  const end = text.indexOf('\n', offset);
  return {
    line: before.split('\n').length,
    column: offset - start + 1,
    text: text.slice(start, end < 0 ? undefined : end).replace(/\r$/, ''),
  };
}
