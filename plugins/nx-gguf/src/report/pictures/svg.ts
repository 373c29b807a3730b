import { visibleText } from '../../core/visible-text.js';
import { textWidth } from './text-width.js';
import { colours, config, type Spec } from './theme.js';

/**
 * A chart as the text of an SVG file, the same for the same chart. Colours change with the reader's colour
 * scheme; the page behind it is part of the picture, so that it can be read also where the site around it has
 * the other scheme. No browser and no canvas are needed. Vega is loaded with the first picture.
 */
export async function renderSvg(spec: Spec, { alt }: { alt: string }): Promise<string> {
  return `${withStyle(await drawSvg(spec), alt)}\n`;
}

/** A chart as SVG in the colours of a light page, without what makes a file of it. */
export async function drawSvg(spec: Spec): Promise<string> {
  const vega = await import('./vega.js');
  // In place of its estimate, or of a canvas where one is installed: the same picture on every machine.
  vega.textMetrics.width = ({ fontSize = defaultFontSize }, text) => textWidth(String(text), fontSize);
  const { spec: lowered } = vega.compile(spec, { config, logger: silent(vega) });
  // Ids of clip paths count up over all pictures of a process.
  vega.resetSVGDefIds();
  const view = new vega.View(vega.parse(lowered), {
    renderer: 'none',
    loader: noLoader,
    logger: silent(vega),
  });
  try {
    await view.runAsync();
    return visibleText(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/** Vega's own, of a text that names none. */
const defaultFontSize = 11;

const refused = (): Promise<never> => Promise.reject(new Error('a picture loads nothing'));
const noLoader = { load: refused, sanitize: refused, http: refused, file: refused, options: {} };

/** Charts are made by programs here: what Vega warns about is checked by tests, and no user can act on it. */
function silent(vega: typeof import('./vega.js')) {
  return vega.logger(vega.None);
}

function withStyle(svg: string, alt: string): string {
  const darker = colours.flatMap(({ light, dark }) => [
    `[fill="${light}"]{fill:${dark}}`,
    `[stroke="${light}"]{stroke:${dark}}`,
  ]);
  const style = `<title>${escaped(alt)}</title><style>@media (prefers-color-scheme:dark){${[...new Set(darker)].join('')}}</style>`;
  return svg.replace(/^<svg ([^>]*)>/, (_, attributes: string) => `<svg role="img" ${attributes}>${style}`);
}

function escaped(text: string): string {
  return visibleText(text).replace(
    /[&<>]/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? '',
  );
}
