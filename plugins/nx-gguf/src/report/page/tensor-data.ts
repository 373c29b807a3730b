import type { Evidence } from '../../core/generated/evidence.generated.js';
import type { PlanReason } from '../../core/generated/plan.generated.js';
import { tensorTypeByName } from '../../gguf/tensor-type.js';
import { tensorBlock, tensorRole } from '../../gguf/tensor-role.js';
import { bits, orderedTypes } from '../pictures/tensor-map.js';
import { reasonText } from '../plan-table.js';

/**
 * Types of all tensors in one quantization: a letter for each tensor, `typeLetters` says which, a space where
 * it has none.
 */
export interface TensorSet {
  readonly name: string;
  readonly kind: 'variant' | 'reference' | 'stock' | 'unquantized';
  readonly types: string;
  /** Number of the reason of each tensor, in `reasons` of the whole; null where no plan tells. */
  readonly because: readonly number[] | null;
}

/**
 * All that the tensor map shows, in a form that is small: a page holds it as JSON and draws what is asked
 * for.
 */
export interface TensorData {
  readonly names: readonly string[];
  readonly roles: readonly string[];
  /** Number of its role, and of its block (-1 outside of blocks), for each tensor. */
  readonly role: readonly number[];
  readonly layer: readonly number[];
  /** Number of its shape for each tensor, -1 where it is not known. */
  readonly shape: readonly number[];
  readonly shapes: readonly (readonly number[])[];
  /** Name, bits per weight, elements and bytes of a block; from few bits to many. */
  readonly types: readonly (readonly [string, number, number, number])[];
  readonly reasons: readonly string[];
  readonly sets: readonly TensorSet[];
  /**
   * Importance of each tensor: mean square, largest mean square of a column, share of the top hundredth,
   * columns that were never used, columns.
   */
  readonly importance: readonly (readonly [number, number, number, number, number] | null)[] | null;
}

/** Letters that stand for types. There are fewer types than letters. */
export const typeLetters = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * The tensors of all variants and references, in the order of the first plan; those of one dimension are
 * kept.
 */
export function tensorData(evidence: Evidence): TensorData {
  const names = tensorNames(evidence);
  const roleOf = uniqueRoles(names);
  const roles = [...new Set(roleOf)];
  const shapes = new Map<string, readonly number[]>();
  const shapeOf = new Map(
    evidence.variants
      .flatMap(({ plan }) => plan?.tensors ?? [])
      .map(({ name, shape }) => [name, shape.join()]),
  );
  for (const shape of new Set(shapeOf.values())) shapes.set(shape, shape.split(',').map(Number));
  const places = new Map([...shapes.keys()].map((key, index) => [key, index]));
  const raw = rawSets(evidence);
  const types = orderedTypes(raw.flatMap(({ types: own }) => Object.values(own)));
  if (types.length > typeLetters.length)
    throw new Error(`${types.length} types of tensors are more than there are`);
  const letters = new Map(types.map((type, index) => [type, typeLetters[index] ?? '']));
  const reasons = new Map<string, number>();
  const reasonNumber = (text: string): number => {
    if (!reasons.has(text)) reasons.set(text, reasons.size);
    return reasons.get(text) ?? 0;
  };
  const sets = raw.map(({ name, kind, types: own, because }): TensorSet => ({
    name,
    kind,
    types: names.map((tensor) => letters.get(own[tensor] ?? '') ?? ' ').join(''),
    because: because === null ? null : names.map((tensor) => reasonNumber(because.get(tensor) ?? '')),
  }));
  const statistics = evidence.imatrix?.statistics ?? null;
  const byName = new Map(statistics?.map((of) => [of.name, of]));
  return {
    names,
    roles,
    sets,
    role: roleOf.map((role) => roles.indexOf(role)),
    layer: names.map((name) => tensorBlock(name) ?? -1),
    shape: names.map((name) => places.get(shapeOf.get(name) ?? '') ?? -1),
    shapes: [...shapes.values()],
    types: types.map((type) => {
      const known = tensorTypeByName(type);
      return [type, known === null ? -1 : bits(type), known?.blockElements ?? 0, known?.blockBytes ?? 0];
    }),
    reasons: [...reasons.keys()],
    importance:
      statistics === null
        ? null
        : names.map((name) => {
            const of = byName.get(name);
            return of === undefined ? null : [of.mean, of.maximum, of.topShare, of.zeroColumns, of.columns];
          }),
  };
}

interface RawSet {
  name: string;
  kind: TensorSet['kind'];
  types: Readonly<Record<string, string>>;
  because: ReadonlyMap<string, string> | null;
}

/** What each has, and what llama.cpp would have given a variant by itself where that differs. */
function rawSets({ variants, references, unquantized }: Evidence): RawSet[] {
  return [
    ...variants.map(({ name, ftype, tensorTypes, plan }): RawSet => ({
      name,
      kind: 'variant',
      types: tensorTypes,
      because:
        plan === null
          ? null
          : new Map(plan.tensors.map(({ name: tensor, because }) => [tensor, wholeReason(because, ftype)])),
    })),
    ...variants.flatMap(({ name, plan }): RawSet[] =>
      plan === null || plan.tensors.every(({ stock }) => stock === undefined)
        ? []
        : [
            {
              name,
              kind: 'stock',
              types: Object.fromEntries(
                plan.tensors.map(({ name: tensor, stock, to }) => [tensor, stock ?? to]),
              ),
              because: null,
            },
          ],
    ),
    ...references.map(({ name, tensorTypes }): RawSet => ({
      name,
      kind: 'reference',
      types: tensorTypes,
      because: null,
    })),
    { name: 'unquantized', kind: 'unquantized', types: unquantized.tensorTypes, because: null },
  ];
}

function wholeReason(because: PlanReason, ftype: string): string {
  return because.kind === 'rule'
    ? `rule of line ${because.line}: ${because.rule}`
    : reasonText(because, ftype);
}

function tensorNames({ variants, references, unquantized }: Evidence): string[] {
  const planned = variants.find(({ plan }) => plan !== null)?.plan?.tensors.map(({ name }) => name) ?? [];
  const all = [
    ...planned,
    ...[unquantized, ...variants, ...references].flatMap(({ tensorTypes }) =>
      Object.keys(tensorTypes).sort(byBlock),
    ),
  ];
  return [...new Set(all)];
}

function byBlock(a: string, b: string): number {
  return (tensorBlock(a) ?? -1) - (tensorBlock(b) ?? -1) || (a < b ? -1 : 1);
}

/** The role of each tensor; where two of one block have the same, the later one goes by its whole name. */
function uniqueRoles(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const place = `${tensorBlock(name) ?? ''}/${tensorRole(name)}`;
    const role = taken.has(place) ? name : tensorRole(name);
    taken.add(place);
    return role;
  });
}
