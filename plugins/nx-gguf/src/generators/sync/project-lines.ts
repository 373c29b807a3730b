import { applyEdits, findNodeAtLocation, modify, parseTree, type Node, type ParseError } from 'jsonc-parser';
import type { InferredTarget } from '../../infer/inferred-target.js';
import { keptExecutors } from '../../infer/kept-executors.js';

/** The settings of targets in a project.json, beside the targets that the model file gives. */
export interface ProjectLines {
  /** The text of project.json as it is to be; the same text when nothing is to be changed. */
  text: string;
  added: string[];
  removed: string[];
}

/**
 * Brings the targets of a project.json in line with those that the plugin makes: a line for each whose result
 * is kept, and none for one that is gone. What a person wrote stays: other targets, other properties,
 * comments, and whatever a line says beyond the name of its variant. Null for text that is no project.json,
 * or whose targets are no object.
 */
export function syncedLines(
  text: string,
  targets: Readonly<Record<string, InferredTarget>>,
): ProjectLines | null {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  if (root?.type !== 'object' || errors.length > 0) return null;
  const declared = findNodeAtLocation(root, ['targets']);
  if (declared !== undefined && declared.type !== 'object') return null;
  const written = Object.entries(targets).filter(([, { executor }]) => keptExecutors.has(executor));
  const present = new Map(membersOf(declared).map(({ name, value }) => [name, value]));
  const removed = [...present]
    .filter(([name, value]) => targets[name] === undefined && isOwnLine(value))
    .map(([name]) => name);
  const added = written.map(([name]) => name).filter((name) => !present.has(name));
  let result = text;
  for (const name of removed) result = withoutMember(result, name);
  for (const [name, target] of written)
    if (added.includes(name))
      result = withLine(result, { name, target, order: written.map(([other]) => other) });
  const isCrLf = text.includes('\r\n') && !/[^\r]\n/.test(text);
  return { text: isCrLf ? result.replaceAll(/\r?\n/g, '\r\n') : result, added, removed };
}

interface Member {
  name: string;
  property: Node;
  value: Node;
}

function membersOf(node: Node | undefined): Member[] {
  return (node?.children ?? []).flatMap((property) => {
    const [key, value] = property.children ?? [];
    return key === undefined || value === undefined ? [] : [{ name: String(key.value), property, value }];
  });
}

/**
 * True for a line as it is written here: an executor of ours, and the name of a variant or reference at most.
 */
function isOwnLine(value: Node): boolean {
  const members = membersOf(value);
  const executor = members.find(({ name }) => name === 'executor')?.value.value as unknown;
  if (typeof executor !== 'string' || !keptExecutors.has(executor)) return false;
  return members.every(
    ({ name, value: inner }) =>
      name === 'executor' ||
      (name === 'options' &&
        membersOf(inner).every((option) => option.name === 'variant' || option.name === 'reference')),
  );
}

/** The text without a line of `targets`; a comment behind that line goes with it, others stay. */
function withoutMember(text: string, name: string): string {
  const edited = withoutMemberInPlace(text, name);
  const errors: ParseError[] = [];
  const root = parseTree(edited, errors, { allowTrailingComma: true });
  if (errors.length === 0 && root !== undefined && findNodeAtLocation(root, ['targets', name]) === undefined)
    return edited;
  // Comments in unusual places, of which this edit keeps fewer.
  return applyEdits(text, modify(text, ['targets', name], undefined, {}));
}

function withoutMemberInPlace(text: string, name: string): string {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const members = membersOf(root === undefined ? undefined : findNodeAtLocation(root, ['targets']));
  const index = members.findIndex((member) => member.name === name);
  const property = members[index]?.property;
  if (property === undefined) return text;
  const comma = commaAfter(text, end(property));
  const previous = members[index - 1]?.property;
  const before = comma === null && previous !== undefined ? commaAfter(text, end(previous)) : null;
  let [start, stop] = [property.offset, comma === null ? end(property) : comma + 1];
  const [lineStart, lineEnd] = [text.lastIndexOf('\n', start - 1) + 1, text.indexOf('\n', stop)];
  const isAlone =
    lineStart > 0 &&
    lineEnd >= 0 &&
    text.slice(lineStart, start).trim() === '' &&
    /^\s*(\/\/.*|\/\*.*\*\/\s*)?$/.test(text.slice(stop, lineEnd));
  if (isAlone) [start, stop] = [lineStart, lineEnd + 1];
  const rest = text.slice(0, start) + text.slice(stop);
  return before === null ? rest : rest.slice(0, before) + rest.slice(before + 1);
}

/** The position of the comma that follows a place, behind comments; null when something else follows. */
function commaAfter(text: string, offset: number): number | null {
  const trivia = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
  trivia.lastIndex = offset;
  trivia.exec(text);
  return text[trivia.lastIndex] === ',' ? trivia.lastIndex : null;
}

interface NewLine {
  name: string;
  target: InferredTarget;
  /** The names of all lines, as they are to follow each other. */
  order: readonly string[];
}

/** The text with one more line in `targets`, behind the nearest one that comes before it in order. */
function withLine(text: string, line: NewLine): string {
  const edited = withLineInPlace(text, line);
  const errors: ParseError[] = [];
  const root = parseTree(edited, errors, { allowTrailingComma: true });
  const isThere = root !== undefined && findNodeAtLocation(root, ['targets', line.name]) !== undefined;
  if (errors.length === 0 && isThere) return edited;
  // Comments in unusual places; this edit keeps every one of them, and looks less well.
  const { executor, options } = line.target;
  return applyEdits(
    text,
    modify(text, ['targets', line.name], { executor, ...(options === undefined ? {} : { options }) }, {}),
  );
}

function withLineInPlace(text: string, { name, target, order }: NewLine): string {
  const root = parseTree(text, [], { allowTrailingComma: true });
  if (root === undefined) return text;
  const targets = findNodeAtLocation(root, ['targets']);
  const outer = indentation(text, membersOf(root)[0]?.property) ?? '  ';
  const line = `${JSON.stringify(name)}: ${lineOf(target)}`;
  if (targets?.type !== 'object') {
    const member = `"targets": {\n${outer.repeat(2)}${line}\n${outer}}`;
    const last = membersOf(root).at(-1)?.property;
    if (last !== undefined) return inserted(text, end(last), `,\n${outer}${member}`);
    const close = end(root) - 1;
    return `${text.slice(0, close).trimEnd()}\n${outer}${member}\n${text.slice(close)}`;
  }
  const members = membersOf(targets);
  const indent = indentation(text, members[0]?.property) ?? outer.repeat(2);
  const closing = targets.offset + targets.length - 1;
  const earlier = new Set(order.slice(0, order.indexOf(name)));
  const index = members.findLastIndex((member) => earlier.has(member.name));
  const [before, next] = [members[index]?.property, members[index + 1]?.property];
  if (before === undefined && next !== undefined)
    return inserted(text, targets.offset + 1, `\n${indent}${line},`);
  if (before === undefined)
    return `${text.slice(0, closing).trimEnd()}\n${indent}${line}\n${outer}${text.slice(closing)}`;
  // A comment behind a line stays there.
  const rest = text.slice(end(before), next?.offset ?? closing);
  const lineEnd = rest.includes('\n') ? rest.indexOf('\n') : next === undefined ? 0 : rest.length;
  if (next !== undefined)
    return rest.includes('\n')
      ? inserted(text, end(before) + lineEnd, `\n${indent}${line},`)
      : inserted(text, next.offset, `${line}, `);
  const comma = rest.trimStart().startsWith(',') ? '' : ',';
  return `${text.slice(0, end(before))}${comma}${rest.slice(0, lineEnd)}\n${indent}${line}${text.slice(end(before) + lineEnd)}`;
}

function inserted(text: string, offset: number, added: string): string {
  return text.slice(0, offset) + added + text.slice(offset);
}

function end({ offset, length }: Node): number {
  return offset + length;
}

/** A target in one line: its executor, and the name that it is about. */
function lineOf({ executor, options }: InferredTarget): string {
  const named = Object.entries(options ?? {}).map(
    ([option, value]) => `${JSON.stringify(option)}: ${JSON.stringify(value)}`,
  );
  return `{ "executor": ${JSON.stringify(executor)}${named.length === 0 ? '' : `, "options": { ${named.join(', ')} }`} }`;
}

/** The white space in front of what begins a line; null when it does not begin one. */
function indentation(text: string, node: Node | undefined): string | null {
  if (node === undefined) return null;
  const lineStart = text.lastIndexOf('\n', node.offset) + 1;
  const space = text.slice(lineStart, node.offset);
  return lineStart > 0 && space.trim() === '' ? space : null;
}
