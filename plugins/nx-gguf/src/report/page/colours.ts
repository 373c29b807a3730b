import { bits, typeColours } from '../pictures/tensor-map.js';
import { colours, ramp, type Colour } from '../pictures/theme.js';

/** Style rules that give pictures, drawn in the colours of a light page, those of the page's theme. */
export function pictureColours(): string {
  const pairs = new Map(colours.map(({ light, dark }) => [light, dark]));
  return [...pairs]
    .map(
      ([light, dark]) =>
        `.picture [fill="${light}"]{fill:light-dark(${light},${dark})}.picture [stroke="${light}"]{stroke:light-dark(${light},${dark})}`,
    )
    .join('\n');
}

/**
 * Style rules for cells of a tensor map: `.t0` has the first of these types, `.i0` to `.i8` are steps of
 * importance.
 */
export function cellColours(types: readonly string[], scope: string): string {
  const known = new Map(colours.map((colour) => [colour.light, colour]));
  const lights = typeColours(types);
  const rules = types.map((_, index) =>
    cellRule(`${scope} .t${index}`, known.get(lights[index] ?? '') ?? { light: '#d0d7de', dark: '#484f58' }),
  );
  return [...rules, ...ramp.map((colour, index) => cellRule(`${scope} .i${index}`, colour))].join('\n');
}

/** Bits of a type as a cell shows them: `4` for q4_K, `1.6` for tq1_0. */
export function cellText(type: string): string {
  const stated = /^(?:i?q|tq|mxfp|nvfp)(\d)/.exec(type)?.[1];
  return stated ?? (bits(type) === Number.MAX_VALUE ? '?' : String(bits(type)));
}

function cellRule(selector: string, { light, dark }: Colour): string {
  return `${selector}{background:light-dark(${light},${dark});color:light-dark(${inkOn(light)},${inkOn(dark)})}`;
}

/** Black or white, whichever has more contrast. */
function inkOn(background: string): string {
  const luminance = relativeLuminance(background);
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#ffffff' : '#000000';
}

/** Relative luminance of a colour `#rrggbb`, as WCAG defines it. */
export function relativeLuminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
