import type { Model } from '../../core/generated/model.generated.js';
import type { CardTemplate } from './template.js';

/** What model.json declares for readers, and the placeholders of which one shows it. */
const shown: readonly {
  readonly field: string;
  readonly isIn: (model: Model) => boolean;
  readonly by: readonly string[];
}[] = [
  { field: 'description', isIn: ({ description }) => description !== undefined, by: ['description'] },
  {
    field: 'evaluation',
    isIn: ({ evaluation, quantize }) => evaluation !== undefined && quantize !== undefined,
    by: ['closeness', 'variant.', 'picture.kld-'],
  },
  { field: 'gates', isIn: ({ gates }) => Object.keys(gates ?? {}).length > 0, by: ['gates'] },
  {
    field: 'references',
    isIn: ({ references }) => Object.keys(references ?? {}).length > 0,
    by: ['closeness', 'comparisons', 'paired', 'reference.'],
  },
  { field: 'bench', isIn: ({ bench }) => bench !== undefined, by: ['speed', 'picture.speed'] },
  { field: 'card.uses', isIn: ({ card }) => Object.keys(card?.uses ?? {}).length > 0, by: ['files'] },
];

/** What a card from this template would not show, though model.json declares it, and what is no text in it. */
export function templateFindings({ file, text }: CardTemplate, model: Model): string[] {
  const damaged = text.split('\n').findIndex((line) => line.includes('\uFFFD')) + 1;
  const notText =
    damaged === 0 ? [] : [`${file}:${damaged}: a character that is no UTF-8; the card has \uFFFD there`];
  if (text.trim() === '') return [`card.template: ${file} is empty, and so is the card`];
  const names = [...text.matchAll(/(?<!\\)\{\{\s*([^{}\n]+?)\s*\}\}/g)].map(([, name = '']) => name);
  if (names.length === 0)
    return [
      ...notText,
      `card.template: ${file} has no placeholder, so that the card shows nothing of what is made and measured`,
    ];
  const missing = shown.filter(
    ({ isIn, by }) => isIn(model) && !names.some((name) => by.some((start) => isPlaceholder(name, start))),
  );
  return [
    ...notText,
    ...missing.map(
      ({ field, by }) =>
        `card.template: ${file} does not show "${field}" of model.json; ${by.map((start) => `{{${start.replace(/[.-]$/, '$&…')}}}`).join(' or ')} would`,
    ),
  ];
}

function isPlaceholder(name: string, start: string): boolean {
  return /[.-]$/.test(start) ? name.startsWith(start) : name === start;
}
