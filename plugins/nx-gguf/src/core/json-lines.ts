import { findNodeAtLocation, parseTree, type Node, type ParseError } from 'jsonc-parser';

/**
 * The line, from 1, of a member of JSON text, by the keys that lead to it; null when the text has no such
 * member.
 */
export function lineOf(text: string, path: readonly string[]): number | null {
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
  return lineAt(text, offset);
}

/** The line, from 1, where text stops being JSON; null when it does not. */
export function brokenLine(text: string): number | null {
  const errors: ParseError[] = [];
  treeOf(text, errors);
  const [first] = errors;
  return first === undefined ? null : lineAt(text, first.offset);
}

function treeOf(text: string, errors: ParseError[] = []): Node | null {
  try {
    return parseTree(text, errors, { disallowComments: true }) ?? null;
  } catch {
    // Nested deeper than the stack goes.
    return null;
  }
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
