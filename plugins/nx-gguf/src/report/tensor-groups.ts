import { tensorBlock, tensorRole } from '../gguf/tensor-role.js';
import { numberRanges } from './number-ranges.js';

/** Tensors that are told of in one row. */
export interface TensorGroup<T> {
  /** What they do (`attn_v`), several when there are. */
  roles: string;
  /** The blocks they are in: `0-2,5`; empty outside of blocks. */
  blocks: string;
  tensors: readonly T[];
}

const widestRoles = 48;

/**
 * Groups tensors by a key; groups of one role follow each other, roles in the order in which they come up.
 */
export function tensorGroups<T extends { readonly name: string }>(
  tensors: readonly T[],
  key: (tensor: T, role: string) => string,
): TensorGroup<T>[] {
  const groups = new Map<string, T[]>();
  for (const tensor of tensors) {
    const of = key(tensor, tensorRole(tensor.name));
    groups.set(of, [...(groups.get(of) ?? []), tensor]);
  }
  const order = [...new Set(tensors.map(({ name }) => tensorRole(name)))];
  const place = ([first]: readonly T[]): number =>
    first === undefined ? 0 : order.indexOf(tensorRole(first.name));
  return [...groups.values()]
    .sort((a, b) => place(a) - place(b))
    .map((members) => ({
      roles: shortList([...new Set(members.map(({ name }) => tensorRole(name)))]),
      blocks: numberRanges(members.flatMap(({ name }) => tensorBlock(name) ?? [])),
      tensors: members,
    }));
}

function shortList(roles: readonly string[]): string {
  let text = '';
  for (const [index, role] of roles.entries()) {
    const longer = text === '' ? role : `${text}, ${role}`;
    if (longer.length > widestRoles && text !== '') return `${text} and ${roles.length - index} more`;
    text = longer;
  }
  return text;
}
