import { textWidth } from './text-width.js';

/** A point that is to be labelled, in pixels. */
export interface LabelledPoint {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** Where a label stands: its anchor, and how it is aligned to it. */
export interface PlacedLabel {
  readonly x: number;
  readonly y: number;
  readonly align: 'left' | 'right' | 'center';
}

/** A rectangle in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where labels may be, and what they keep clear of. */
export interface LabelArea {
  readonly width: number;
  readonly height: number;
  readonly obstacles?: readonly Box[];
}

const fontSize = 12;
const height = 15;
const distances = [9, 18, 30];
const directions = [
  [1, 0],
  [0, -1],
  [-1, 0],
  [0, 1],
  [0.75, -0.75],
  [0.75, 0.75],
  [-0.75, -0.75],
  [-0.75, 0.75],
] as const;

/**
 * Places labels beside their points so that none covers another label or a point, or leaves the area. A label
 * for which there is no room is null. The first points choose first. Widths are estimated for a sans-serif
 * font.
 */
export function placeLabels(points: readonly LabelledPoint[], area: LabelArea): (PlacedLabel | null)[] {
  const taken: Box[] = [
    ...points.map(({ x, y }) => ({ x: x - 6, y: y - 6, width: 12, height: 12 })),
    ...(area.obstacles ?? []),
  ];
  return points.map((point) => {
    for (const distance of distances) {
      for (const direction of directions) {
        const { box, label } = candidate(point, direction, distance);
        const isInside =
          box.x >= 0 && box.y >= 0 && box.x + box.width <= area.width && box.y + box.height <= area.height;
        if (!isInside || taken.some((other) => overlap(box, other))) continue;
        taken.push(box);
        return label;
      }
    }
    return null;
  });
}

function candidate(
  { x, y, text }: LabelledPoint,
  [dx, dy]: readonly [number, number],
  distance: number,
): { box: Box; label: PlacedLabel } {
  const width = textWidth(text, fontSize);
  const align = dx > 0 ? 'left' : dx < 0 ? 'right' : 'center';
  // Beside a point the label's middle is level with it; above and below, the label clears it.
  const anchor = { x: x + dx * distance, y: y + dy * (distance + height / 3) };
  const left = align === 'left' ? anchor.x : align === 'right' ? anchor.x - width : anchor.x - width / 2;
  return { box: { x: left, y: anchor.y - height / 2, width, height }, label: { ...anchor, align } };
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
