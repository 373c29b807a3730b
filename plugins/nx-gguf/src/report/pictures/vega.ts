// The parts of Vega that draw the pictures, in one module: the build bundles it, so that an install has
// none of Vega's own packages.
import * as vega from 'vega';

export { None, View, logger, parse, resetSVGDefIds } from 'vega';
export { compile } from 'vega-lite';

/** The part of Vega that measures texts; its types leave it out. */
export interface TextMetrics {
  width: (item: { fontSize?: number }, text: unknown) => number;
}

/** How Vega measures texts; its `width` may be replaced. */
export const textMetrics = (vega as unknown as { textMetrics: TextMetrics }).textMetrics;
