import { placeLabels, type LabelledPoint } from './labels.js';
import { logTicks } from './scales.js';
import { shortened, textWidth, wrapped } from './text-width.js';

const area = { width: 600, height: 300 };
const boxes = (
  points: readonly LabelledPoint[],
  obstacles: Parameters<typeof placeLabels>[1]['obstacles'] = [],
) =>
  placeLabels(points, { ...area, obstacles }).map((label, index) => {
    if (label === null) return null;
    const width = textWidth(points[index]?.text ?? '', 12);
    const left = { left: label.x, center: label.x - width / 2, right: label.x - width }[label.align];
    return { left, right: left + width, top: label.y - 7, bottom: label.y + 7 };
  });

describe('placeLabels', () => {
  it('places a lone label to the right of its point', () => {
    expect(placeLabels([{ x: 100, y: 100, text: 'Q4_K_M' }], area)).toEqual([
      { x: 109, y: 100, align: 'left' },
    ]);
  });

  it.each([
    [595, 100],
    [5, 5],
    [595, 295],
    [300, 2],
  ])('keeps inside at %i, %i', (x, y) => {
    const [box] = boxes([{ x, y, text: 'a name of some length' }]);
    expect(box).toBeTruthy();
    expect(box?.left).toBeGreaterThanOrEqual(0);
    expect(box?.right).toBeLessThanOrEqual(area.width);
    expect(box?.top).toBeGreaterThanOrEqual(0);
    expect(box?.bottom).toBeLessThanOrEqual(area.height);
  });

  it('lets no label cover another one, a point or an obstacle', () => {
    const points = Array.from({ length: 30 }, (_, index) => ({
      x: 60 + ((index * 97) % 480),
      y: 20 + ((index * 53) % 260),
      text: `variant-${index}`,
    }));
    const obstacle = { x: 0, y: 140, width: 600, height: 6 };
    const placed = boxes(points, [obstacle]).filter((box) => box !== null);
    expect(placed.length).toBeGreaterThan(20);
    for (const [index, a] of placed.entries()) {
      for (const b of placed.slice(index + 1))
        expect(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom).toBe(false);
      for (const { x, y } of points)
        expect(x > a.left && x < a.right && y > a.top && y < a.bottom).toBe(false);
      expect(a.top < 146 && a.bottom > 140).toBe(false);
    }
  });

  it('leaves out a label for which there is no room', () => {
    expect(
      placeLabels([{ x: 20, y: 10, text: 'far too long for this area' }], { width: 40, height: 20 }),
    ).toEqual([null]);
  });
});

describe('texts', () => {
  it('are measured by their letters', () => {
    expect(textWidth('iiii', 10)).toBeLessThan(textWidth('MMMM', 10) / 3);
    expect(textWidth('日本', 10)).toBeGreaterThan(20);
  });

  it('are wrapped at words', () => {
    expect(wrapped('one two three', textWidth('one two', 12), 12)).toEqual(['one two', 'three']);
    expect(wrapped('unbreakable', 5, 12)).toEqual(['unbreakable']);
  });

  it('that are too long lose their middle', () => {
    expect(shortened('Q4_K_M', 200, 12)).toBe('Q4_K_M');
    const short = shortened('Q4_K_M-with-a-very-long-name-of-its-own', 120, 12);
    expect(short).toMatch(/^Q4_K_M-w.*….*its-own$/);
    expect(textWidth(short, 12)).toBeLessThanOrEqual(120);
    expect(shortened('any', 1, 12)).toBe('…');
  });
});

describe('ticks of a logarithmic axis', () => {
  it.each([
    [
      [0.0011, 4],
      [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
    ],
    [
      [0.0025, 0.035],
      [0.003, 0.005, 0.007, 0.01, 0.02, 0.03],
    ],
    [
      [0.0045, 0.1],
      [0.005, 0.01, 0.02, 0.05, 0.1],
    ],
    [
      [0.0255, 0.0335],
      [0.026, 0.028, 0.03, 0.032],
    ],
    [
      [1e-7, 10],
      [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10],
    ],
  ] as [[number, number], number[]][])('%j', (range, ticks) => {
    expect(logTicks(range)).toEqual(ticks);
  });
});
