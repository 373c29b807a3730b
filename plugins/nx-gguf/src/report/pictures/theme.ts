import type { Config, TopLevelSpec } from 'vega-lite';
import { wrapped } from './text-width.js';

/** A chart in Vega-Lite's own words, with its data in it. */
export type Spec = TopLevelSpec;

/** Width of a whole picture in pixels: what a hub's page gives an image. */
export const pictureWidth = 800;

/** Labels of an axis that are wider are cut off. */
export const widestAxisLabel = 260;

/**
 * A colour on a light page and its counterpart on a dark one; both have a contrast of at least 3 to their
 * page.
 */
export interface Colour {
  readonly light: string;
  readonly dark: string;
}

const colour = (light: string, dark: string): Colour => ({ light, dark });

/** Colours of page, text and lines. */
export const ink = {
  page: colour('#ffffff', '#0d1117'),
  text: colour('#1f2328', '#e6edf3'),
  quiet: colour('#59636e', '#9198a1'),
  line: colour('#8c959f', '#6e7681'),
  grid: colour('#e4e8ec', '#21262d'),
  ours: colour('#0969da', '#58a6ff'),
  others: colour('#bc4c00', '#f0883e'),
  frame: colour('#cf222e', '#ff7b72'),
} satisfies Record<string, Colour>;

/**
 * Colours of series, told apart by people who see few colours too (after Okabe and Ito, darker on light
 * pages).
 */
export const series: readonly Colour[] = [
  colour('#0072b2', '#56b4e9'),
  colour('#d55e00', '#ff8c42'),
  colour('#00805d', '#2fcf9f'),
  colour('#a6458a', '#e39ac7'),
  colour('#8a6d00', '#f0e442'),
  colour('#4b5563', '#c9d1d9'),
  colour('#7c3aed', '#b692f6'),
];

/** From few bits to many, each step darker on a light page and lighter on a dark one. */
export const ramp: readonly Colour[] = [
  colour('#fde3b0', '#3b2a4a'),
  colour('#fdc98a', '#4f3a6b'),
  colour('#f5a67a', '#5f4d8f'),
  colour('#df7f7c', '#6666b0'),
  colour('#bd5f86', '#6884c6'),
  colour('#924a8c', '#6ba3d2'),
  colour('#653a87', '#7cc2d6'),
  colour('#3a2a75', '#a3ddd6'),
  colour('#1c1a54', '#d5f2dd'),
];

/** Tensors that are not quantized. */
export const plain: Colour = colour('#d0d7de', '#484f58');

/** Every colour that pictures use; a dark page replaces each by its counterpart. */
export const colours: readonly Colour[] = [...Object.values(ink), ...series, ...ramp, plain];

const font = 'system-ui, -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif';

/** Fonts, sizes and colours that all pictures share. */
export const config: Config = {
  font,
  background: ink.page.light,
  padding: 16,
  view: { stroke: null },
  title: {
    anchor: 'start',
    color: ink.text.light,
    fontSize: 16,
    fontWeight: 600,
    subtitleColor: ink.quiet.light,
    subtitleFontSize: 12.5,
    subtitlePadding: 6,
    offset: 14,
    frame: 'group',
  },
  axis: {
    labelColor: ink.quiet.light,
    titleColor: ink.text.light,
    labelFontSize: 12,
    titleFontSize: 12.5,
    titleFontWeight: 500,
    titlePadding: 10,
    gridColor: ink.grid.light,
    domainColor: ink.line.light,
    tickColor: ink.line.light,
    labelLimit: widestAxisLabel,
  },
  legend: {
    labelColor: ink.text.light,
    titleColor: ink.text.light,
    labelFontSize: 12,
    titleFontSize: 12.5,
    titleFontWeight: 500,
    labelLimit: 700,
    symbolStrokeWidth: 2,
    orient: 'bottom',
    titleAnchor: 'start',
  },
  header: {
    labelColor: ink.text.light,
    titleColor: ink.text.light,
    labelFontSize: 13,
    labelFontWeight: 600,
    labelAnchor: 'start',
  },
  text: { color: ink.text.light, fontSize: 12, font },
};

/** A title that says what is better, and lines of explanation under it. */
export function heading(
  text: string,
  ...explanations: (string | null)[]
): { text: string; subtitle: string[] } {
  return {
    text,
    subtitle: explanations.flatMap((line) => (line === null ? [] : wrapped(line, pictureWidth - 60, 12.5))),
  };
}
