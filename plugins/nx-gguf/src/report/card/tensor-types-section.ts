import type { Evidence, VariantEvidence } from '../../core/generated/evidence.generated.js';
import type { PlannedTensor, QuantizationPlan } from '../../core/generated/plan.generated.js';
import { orderedTypes } from '../pictures/tensor-map.js';
import { reasonText } from '../plan-table.js';
import { sizeText } from '../numbers.js';
import { tensorGroups } from '../tensor-groups.js';
import { codeBlock, folded, inlineCode, plainText, table, unbroken } from './markdown.js';

/** Maps that are shown without being asked for. */
const mostMaps = 4;

/**
 * Which types the tensors have and why: the rules, what they did to tensors that they do not name, and every
 * tensor in groups.
 */
export function tensorTypesSection({ variants }: Evidence, picture: (variant: string) => string): string {
  if (variants.length === 0) return 'There are no variants.';
  return [
    table(
      [
        ['Variant', 'Tensors by type'],
        ...variants.map((variant) => [plainText(variant.name), countsText(variant)]),
      ],
      'll',
    ),
    ...rulesParts(variants),
    ...variants.flatMap((variant) => {
      const map = picture(variant.name);
      // What is the same as in any file of the type, or one of many, is for those who ask.
      const isShown =
        variants.length <= mostMaps &&
        variant.plan?.tensors.some(({ to, stock }) => stock !== undefined && stock !== to) === true;
      return [sideEffectsText(variant), isShown ? map : '', reasonsPart(variant, isShown ? '' : map)];
    }),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function countsText({ tensorTypes }: VariantEvidence): string {
  const counts = new Map<string, number>();
  for (const type of Object.values(tensorTypes)) counts.set(type, (counts.get(type) ?? 0) + 1);
  return orderedTypes([...counts.keys()])
    .map((type) => `${plainText(type)} × ${counts.get(type) ?? 0}`)
    .join(', ');
}

/** Rules that several variants share are shown once. */
function rulesParts(variants: readonly VariantEvidence[]): string[] {
  const byText = new Map<string, string[]>();
  for (const { name, rules } of variants)
    if (rules !== null) byText.set(rules, [...(byText.get(rules) ?? []), plainText(name)]);
  return [...byText].flatMap(([text, names]) => [
    `Rules of ${names.join(', ')}, in the format of \`--tensor-type-file\`; the first that matches a tensor's name decides:`,
    codeBlock(text),
  ]);
}

function sideEffectsText({ name, ftype, plan }: VariantEvidence): string {
  const moved = (plan?.tensors ?? []).filter(({ because }) => because.kind === 'side-effect');
  if (moved.length === 0) return '';
  const groups = tensorGroups(moved, ({ to, stock }, role) => JSON.stringify([role, to, stock]));
  const told = groups.map(
    ({ roles, blocks, tensors: [first] }) =>
      `${inlineCode(roles)}${blocks === '' ? '' : ` of layers ${blocks}`}: ${first?.to ?? ''} in place of ${first?.stock ?? ''}`,
  );
  return `**${plainText(name)}**: ${moved.length === 1 ? 'one tensor has' : `${moved.length} tensors have`} another type than in a plain ${plainText(ftype)} although no rule names ${moved.length === 1 ? 'it' : 'them'}: llama.cpp counts layers to give some of them more bits, and does not count tensors that a rule names. ${told.join('; ')}.`;
}

function reasonsPart(variant: VariantEvidence, map: string): string {
  const name = plainText(variant.name);
  const reasons =
    variant.plan === null ? 'There is no plan that says why.' : reasonsTable(variant.plan, variant.ftype);
  return folded(
    `Why each tensor of ${name} has its type`,
    [map, reasons].filter((part) => part !== '').join('\n\n'),
  );
}

function reasonsTable(plan: QuantizationPlan, ftype: string): string {
  const because = ({ because: reason }: PlannedTensor): string =>
    reason.kind === 'rule' ? `rule ${inlineCode(reason.rule)}` : plainText(reasonText(reason, ftype));
  const groups = tensorGroups(plan.tensors, (tensor, role) =>
    JSON.stringify([
      tensor.because.kind === 'copied' ? '' : role,
      tensor.to,
      tensor.stock ?? '',
      because(tensor),
    ]),
  );
  const rows = groups.flatMap(({ roles, blocks, tensors }) => {
    const [first] = tensors;
    if (first === undefined) return [];
    const size = tensors.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return [
      [
        inlineCode(roles),
        blocks,
        String(tensors.length),
        unbroken(sizeText(size)),
        first.to,
        stockText(first),
        because(first),
      ],
    ];
  });
  return table(
    [['Tensor', 'Layers', 'Tensors', 'Size', 'Type', `Plain ${plainText(ftype)}`, 'Because'], ...rows],
    'llrrlll',
  );
}

function stockText({ stock, to }: PlannedTensor): string {
  return stock === undefined ? 'unknown' : stock === to ? 'the same' : stock;
}
