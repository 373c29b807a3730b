import { counted } from '../core/counted.js';
import type { ImatrixCoverage } from '../core/generated/plan.generated.js';
import { tensorBlock } from '../gguf/tensor-role.js';
import { bounded } from '../quant/rules/finding-words.js';
import { coverageText } from '../quant/plan/imatrix-checks.js';
import { numberRanges } from './number-ranges.js';

/** What a matrix has data for, what it lacks, and what llama-imatrix collects no data for. */
export function imatrixCoverageText(coverage: ImatrixCoverage): string {
  const { withoutData, notCollected } = coverage;
  return [
    coverageText(coverage),
    ...(withoutData.length === 0 ? [] : [`none for ${bounded(withoutData)}`]),
    ...(notCollected.length === 0
      ? []
      : [`llama-imatrix collects none for ${notCollectedText(notCollected)}`]),
  ].join('; ');
}

/**
 * The same for many variants: what is true of several is said once, with their names.
 */
export function imatrixCoverageOfAll(
  variants: readonly { readonly name: string; readonly imatrixCoverage: ImatrixCoverage | null }[],
): { variants: string[]; text: string }[] {
  const groups = new Map<string, string[]>();
  for (const { name, imatrixCoverage } of variants) {
    if (imatrixCoverage === null) continue;
    const text = imatrixCoverageText(imatrixCoverage);
    groups.set(text, [...(groups.get(text) ?? []), name]);
  }
  return [...groups].map(([text, names]) => ({ variants: names, text }));
}

/** `token_embd.weight and 8 tensors of the MTP block 8`. */
function notCollectedText(names: readonly string[]): string {
  const blocks = names.flatMap((name) => tensorBlock(name) ?? []);
  const outside = names.filter((name) => tensorBlock(name) === null);
  const parts = [
    ...(outside.length === 0 ? [] : [bounded(outside)]),
    ...(blocks.length === 0
      ? []
      : [
          `${counted(blocks.length, 'tensor')} of the MTP block${new Set(blocks).size === 1 ? '' : 's'} ${numberRanges(blocks)}`,
        ]),
  ];
  return parts.join(' and ');
}
