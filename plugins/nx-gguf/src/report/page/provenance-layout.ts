import type { ProvenanceGraph } from './provenance.js';

/** Sizes of a drawn graph in pixels. */
export interface GraphBox {
  readonly width: number;
  readonly height: number;
  readonly gapX: number;
  readonly gapY: number;
  readonly margin: number;
}

/** A place in pixels. */
export interface GraphPoint {
  readonly x: number;
  readonly y: number;
}

/** Where a graph is drawn: the upper left corner of each box, and the points that each edge goes through. */
export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  /** By number of the step. */
  readonly places: readonly GraphPoint[];
  /**
   * An edge bends from each odd point to the next one, between two columns, and goes straight through a
   * column from each even one.
   */
  readonly routes: readonly {
    readonly from: number;
    readonly to: number;
    readonly points: readonly GraphPoint[];
  }[];
}

/** What a column holds from top to bottom: a step, or the lane on which edges of a step pass it by. */
interface Item {
  readonly step: number;
  readonly isLane: boolean;
}

const laneHeight = 4;

/**
 * Places the steps so that no edge crosses a box: one that goes further than to the next column has a lane of
 * its own between the boxes of each column that it passes, which it shares with the other edges of the same
 * step.
 */
export function layOutGraph(graph: ProvenanceGraph, box: GraphBox): GraphLayout {
  const columns = columnsOf(graph);
  const heights = columns.map(
    (items) =>
      items.reduce((sum, item) => sum + heightOf(item, box), 0) + box.gapY * Math.max(0, items.length - 1),
  );
  const tallest = Math.max(0, ...heights);
  const middles = new Map<string, number>();
  const places: GraphPoint[] = [];
  for (const [column, items] of columns.entries()) {
    // Columns with few steps stand in the middle of the others.
    let y = box.margin + (tallest - (heights[column] ?? 0)) / 2;
    for (const item of items) {
      if (!item.isLane) places[item.step] = { x: xOf(column, box), y };
      middles.set(keyOf(item.step, column), y + heightOf(item, box) / 2);
      y += heightOf(item, box) + box.gapY;
    }
  }
  const routes = graph.edges.map(({ from, to }) => {
    const [start, end] = [graph.nodes[from]?.column ?? 0, graph.nodes[to]?.column ?? 0];
    const middle = (step: number, column: number): number => middles.get(keyOf(step, column)) ?? 0;
    const passed = Array.from({ length: Math.max(0, end - start - 1) }, (_, index) => start + 1 + index);
    const points = [
      { x: xOf(start, box) + box.width, y: middle(from, start) },
      ...passed.flatMap((column) => [
        { x: xOf(column, box), y: middle(from, column) },
        { x: xOf(column, box) + box.width, y: middle(from, column) },
      ]),
      { x: xOf(end, box), y: middle(to, end) },
    ];
    return { from, to, points };
  });
  return {
    width: Math.max(0, graph.columns * (box.width + box.gapX) - box.gapX) + 2 * box.margin,
    height: tallest + 2 * box.margin,
    places,
    routes,
  };
}

/** Steps and lanes column by column, each near what it comes from, so that edges cross seldom. */
function columnsOf({ nodes, edges, columns: count }: ProvenanceGraph): Item[][] {
  const columns: Item[][] = Array.from({ length: count }, () => []);
  for (const { index, column } of nodes) columns[column]?.push({ step: index, isLane: false });
  for (const { index, column } of nodes) {
    const furthest = Math.max(
      column,
      ...edges.filter(({ from }) => from === index).map(({ to }) => nodes[to]?.column ?? 0),
    );
    for (let passed = column + 1; passed < furthest; passed += 1)
      columns[passed]?.push({ step: index, isLane: true });
  }
  for (let column = 1; column < count; column += 1) {
    const before = columns[column - 1] ?? [];
    const rank = (step: number): number => before.findIndex((item) => item.step === step);
    const from = ({ step, isLane }: Item): number => {
      const sources = isLane ? [step] : edges.filter(({ to }) => to === step).map((edge) => edge.from);
      const ranks = sources.map(rank).filter((place) => place >= 0);
      return ranks.length === 0 ? before.length : ranks.reduce((sum, place) => sum + place, 0) / ranks.length;
    };
    columns[column]?.sort(
      (a, b) => from(a) - from(b) || Number(b.isLane) - Number(a.isLane) || a.step - b.step,
    );
  }
  return columns;
}

function heightOf({ isLane }: Item, box: GraphBox): number {
  return isLane ? laneHeight : box.height;
}

function xOf(column: number, box: GraphBox): number {
  return box.margin + column * (box.width + box.gapX);
}

function keyOf(step: number, column: number): string {
  return `${step} ${column}`;
}
