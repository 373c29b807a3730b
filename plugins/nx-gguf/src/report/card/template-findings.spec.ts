import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Model } from '../../core/generated/model.generated.js';
import { parseAs } from '../../core/validate.js';
import { defaultTemplate } from './default-template.js';
import { templateFindings } from './template-findings.js';

const model: Model = {
  name: 'M',
  description: 'small',
  source: { type: 'path', path: 'x' },
  quantize: { Q4_K_M: { ftype: 'Q4_K_M' } },
  references: { theirs: { source: { type: 'path', path: 'y' } } },
  evaluation: { corpus: 'texts' },
  bench: {},
  gates: { Q4_K_M: { atMost: { size: 1 } } },
  card: { uses: { Q4_K_M: 'all' } },
};
const found = (text: string, changes: Partial<Model> = {}) =>
  templateFindings({ file: 'm/card.md', text }, { ...model, ...changes });

describe('a template of a card', () => {
  it.each<[string, string, string[]]>([
    ['that is empty', ' \n', ['card.template: m/card.md is empty, and so is the card']],
    [
      'without a placeholder',
      String.raw`# Mine \{{files}} {name}`,
      [
        'card.template: m/card.md has no placeholder, so that the card shows nothing of what is made and measured',
      ],
    ],
    [
      'in another encoding',
      `{{ description }}{{files}}{{closeness}}{{gates}}{{speed}}\ncaf\uFFFD`,
      ['m/card.md:2: a character that is no UTF-8; the card has \uFFFD there'],
    ],
    [
      'that shows nothing but a name',
      '# {{name}}',
      [
        'card.template: m/card.md does not show "description" of model.json; {{description}} would',
        'card.template: m/card.md does not show "evaluation" of model.json; {{closeness}} or {{variant.…}} or {{picture.kld-…}} would',
        'card.template: m/card.md does not show "gates" of model.json; {{gates}} would',
        'card.template: m/card.md does not show "references" of model.json; {{closeness}} or {{comparisons}} or {{paired}} or {{reference.…}} would',
        'card.template: m/card.md does not show "bench" of model.json; {{speed}} or {{picture.speed}} would',
        'card.template: m/card.md does not show "card.uses" of model.json; {{files}} would',
      ],
    ],
    [
      'with figures of its own in place of tables',
      '{{description}}{{files}}{{variant.Q4_K_M.meanKld}}{{reference.theirs.size}}{{gates}}{{picture.speed}}',
      [],
    ],
  ])('%s', (_, text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it('need not show what model.json does not declare', () => {
    expect(templateFindings({ file: 'x', text: '{{name}}' }, { name: 'M', source: model.source })).toEqual(
      [],
    );
  });

  it('of ours show everything', () => {
    expect(templateFindings(defaultTemplate, model)).toEqual([]);
    for (const name of ['tiny-qwen35', 'qwen35-08b']) {
      const read = (file: string) =>
        readFileSync(join(import.meta.dirname, '../../../../../models', name, file), 'utf8');
      const declared: Model = parseAs('model', read('model.json'), name);
      const template = { file: 'card.md', text: read('card.md') };
      expect(templateFindings(template, declared)).toEqual([]);
    }
  });
});
