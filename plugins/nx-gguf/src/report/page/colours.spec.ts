import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tensorTypes } from '../../gguf/tensor-type.js';
import { cellColours, cellText, relativeLuminance } from './colours.js';

const style = readFileSync(join(import.meta.dirname, '../../../page/report.css'), 'utf8');
const colours = new Map(
  [...style.matchAll(/--(\w+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, [light, dark] as const],
  ),
);

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [relativeLuminance(a), relativeLuminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

describe('colours of the page', () => {
  it.each([
    ['text', 4.5],
    ['quiet', 4.5],
    ['accent', 4.5],
    ['good', 4.5],
    ['bad', 4.5],
    ['control', 3],
    ['frame', 3],
  ] as const)('%s has a contrast of at least %s in both themes', (name, least) => {
    for (const theme of [0, 1])
      for (const ground of ['page', 'raised'])
        expect(
          contrast(colours.get(name)?.[theme] ?? '', colours.get(ground)?.[theme] ?? ''),
        ).toBeGreaterThanOrEqual(least);
  });

  it('text in every cell of a map can be read', () => {
    const rules = [
      ...cellColours(
        tensorTypes.map(({ name }) => name),
        '#m0',
      ).matchAll(/light-dark\((#\w{6}),(#\w{6})\);color:light-dark\((#\w{6}),(#\w{6})\)/g),
    ];
    expect(rules).toHaveLength(tensorTypes.length + 9);
    for (const [, light = '', dark = '', onLight = '', onDark = ''] of rules)
      expect(Math.min(contrast(light, onLight), contrast(dark, onDark))).toBeGreaterThanOrEqual(4.5);
  });
});

describe('cellText', () => {
  it.each([
    ['q4_K', '4'],
    ['iq2_xxs', '2'],
    ['q8_0', '8'],
    ['tq1_0', '1'],
    ['mxfp4', '4'],
    ['f16', '16'],
    ['bf16', '16'],
    ['f32', '32'],
    ['new', '?'],
  ])('%s is %s', (type, text) => {
    expect(cellText(type)).toBe(text);
  });
});
