import type { VariantEvidence } from '../../core/generated/evidence.generated.js';
import type { PlannedTensor, QuantizationPlan } from '../../core/generated/plan.generated.js';
import { tensorSizeBytes, tensorTypeByName } from '../../gguf/tensor-type.js';
import { sizeChangeText, sizeText } from '../numbers.js';
import { reasonText } from '../plan-table.js';
import { tensorGroups } from '../tensor-groups.js';
import { html, type Html } from './html.js';
import { tableHtml, type Cell } from './table.js';

/** What each variant's rules changed of llama.cpp's own choice, with its price in bytes. */
export function differencesSection(variants: readonly VariantEvidence[]): Html {
  if (variants.length === 0) return html`<p>There are no variants.</p>`;
  const open = variants.filter(({ plan }) => (plan?.tensors ?? []).some(differs)).slice(0, 3);
  return html`${variants.map((variant) => differencesOf(variant, open.includes(variant)))}`;
}

function differencesOf(variant: VariantEvidence, isOpen: boolean): Html {
  const { name, ftype, plan } = variant;
  if (plan === null)
    return html`<p><strong>${name}</strong>: <span class="missing">there is no plan that says what differs</span></p>`;
  if (plan.tensors.some(({ stock }) => stock === undefined))
    return html`<p><strong>${name}</strong>: <span class="missing">what llama.cpp would choose by itself is not known</span></p>`;
  const changed = plan.tensors.filter(differs);
  if (changed.length === 0)
    return html`<p><strong>${name}</strong>: every tensor has the type that llama.cpp chooses for ${ftype} by itself.</p>`;
  return html`<details${isOpen ? html` open` : null}><summary><strong>${name}</strong>: ${changed.length} of ${plan.tensors.length} tensors differ from a plain ${ftype}, ${changeText(changed)}</summary>${differencesTable(name, { ...plan, tensors: changed }, ftype)}</details>`;
}

function differencesTable(name: string, plan: QuantizationPlan, ftype: string): Html {
  const groups = tensorGroups(plan.tensors, (tensor, role) =>
    JSON.stringify([role, tensor.to, tensor.stock, reasonText(tensor.because, ftype)]),
  );
  return tableHtml({
    caption: `What differs in ${name} from a plain ${ftype}`,
    columns: [
      { label: 'Tensor' },
      { label: 'Layers' },
      { label: 'Tensors', isNumber: true },
      { label: `Plain ${ftype}` },
      { label: 'Here' },
      { label: 'Size', isNumber: true },
      { label: 'Change', isNumber: true },
      { label: 'Because' },
    ],
    rows: groups.flatMap(({ roles, blocks, tensors }): Cell[][] => {
      const [first] = tensors;
      if (first === undefined) return [];
      const size = tensors.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const because =
        first.because.kind === 'rule'
          ? html`rule <code>${first.because.rule}</code>`
          : reasonText(first.because, ftype);
      return [
        [
          { shown: html`<code>${roles}</code>` },
          { shown: blocks === '' ? '–' : blocks },
          { shown: tensors.length },
          { shown: first.stock ?? '' },
          { shown: first.to },
          { shown: sizeText(size) },
          { shown: changeText(tensors) },
          { shown: because },
        ],
      ];
    }),
  });
}

function differs({ to, stock }: PlannedTensor): boolean {
  return stock !== undefined && stock !== to;
}

function changeText(tensors: readonly PlannedTensor[]): string {
  let change = 0;
  for (const { stock, shape, sizeBytes } of tensors) {
    const type = tensorTypeByName(stock ?? '');
    if (type === null || (shape[0] ?? 0) % type.blockElements !== 0) return 'unknown';
    change += sizeBytes - tensorSizeBytes(type, shape);
  }
  return sizeChangeText(change);
}
