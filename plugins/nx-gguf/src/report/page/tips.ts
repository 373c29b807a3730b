import type { Spec } from '../pictures/theme.js';

/** What a row of a chart's data says in full, in lines; null for rows that say nothing. */
export type TipOf = (row: Readonly<Record<string, unknown>>) => string | null;

type Node = Readonly<Record<string, unknown>>;

/** The kinds of mark that tell of one row each. */
const told: ReadonlySet<string> = new Set(['point', 'bar', 'rect', 'rule']);

/**
 * A chart in which each mark of a row carries the text of that row, as the name that browsers give it; all
 * other marks are silent. Titles are left out: the page has its own. Specs are plain data, so this reads them
 * as such.
 */
export function withTips(spec: Spec, tipOf: TipOf): Spec {
  return {
    ...tipped(spec as unknown as Node, tipOf, false),
    title: undefined,
    config: { axis: silent, legend: silent, title: silent },
  } as unknown as Spec;
}

const silent = { aria: false };

function tipped(node: Node, tipOf: TipOf, isTold: boolean): Node {
  const data = node['data'] as { values?: readonly Node[] } | undefined;
  const values = data?.values?.map((row) => withTip(row, tipOf));
  const isOwnTold = values === undefined ? isTold : values.some((row) => 'tip' in row);
  const children = Object.fromEntries(
    ['layer', 'vconcat'].flatMap((key) =>
      Array.isArray(node[key])
        ? [[key, (node[key] as Node[]).map((child) => tipped(child, tipOf, isOwnTold))]]
        : [],
    ),
  );
  const mark = node['mark'] as { type: string } | undefined;
  const isMarkTold = mark !== undefined && isOwnTold && told.has(mark.type) && !isErrorBar(node);
  return {
    ...node,
    ...children,
    ...(values === undefined ? {} : { data: { values } }),
    ...(mark === undefined ? {} : { mark: isMarkTold ? mark : { ...mark, aria: false } }),
    ...(isMarkTold
      ? { encoding: { ...(node['encoding'] as Node), description: { field: 'tip', type: 'nominal' } } }
      : {}),
  };
}

function withTip(row: Node, tipOf: TipOf): Node {
  const tip = tipOf(row);
  return tip === null ? row : { ...row, tip };
}

function isErrorBar({ encoding }: Node): boolean {
  return typeof encoding === 'object' && encoding !== null && ('y2' in encoding || 'x2' in encoding);
}
