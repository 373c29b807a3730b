import type { Model } from '../core/generated/model.generated.js';
import { measuredKind, variantOf } from './measured-model.js';

const source = { type: 'path', path: 'x' } as const;
const model: Model = {
  name: 'M',
  source,
  quantize: { Q4_K_M: { ftype: 'Q4_K_M' } },
  references: { theirs: { source } },
};
const ref = (variant: string) => ({ project: 'm', kind: 'bench', variant }) as const;

it('a name is that of a variant or of a reference', () => {
  expect(measuredKind(ref('Q4_K_M'), model)).toBe('quantize');
  expect(measuredKind(ref('theirs'), model)).toBe('reference');
});

it.each([
  ['Q4_K_N', `no variant and no reference "Q4_K_N" (did you mean 'Q4_K_M'?)`],
  ['their', `no variant and no reference "their" (did you mean 'theirs'?)`],
  ['toString', 'no variant and no reference "toString"'],
])('%s is refused with all names', (name, words) => {
  expect(() => measuredKind(ref(name), model)).toThrow(
    expect.objectContaining({
      code: 'VARIANT_MISSING',
      message: `m:bench:${name}: model.json declares ${words}`,
      hint: 'Declared are: Q4_K_M, theirs',
    }) as Error,
  );
});

it('where none is declared, it is said where to', () => {
  expect(() => variantOf(ref('x'), { name: 'M', source })).toThrow(
    expect.objectContaining({ hint: 'Declare it under "quantize".' }) as Error,
  );
});
