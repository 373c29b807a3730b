import { identitiesSection } from './card/identities-section.js';
import { imatrixCoverageText } from './imatrix-coverage-text.js';
import { imatrixSection } from './page/imatrix-section.js';
import { sampleEvidence } from './testing/sample-evidence.js';

const whole = { weighted: 62, withData: 62, withoutData: [], notCollected: [] };
const names = (block: number, count: number) =>
  Array.from({ length: count }, (_, index) => `blk.${block}.t${index}`);

describe('what a matrix covers', () => {
  it.each([
    ['62 of 62 weighted tensors have data', whole],
    [
      '1 of 9 weighted tensors have data; none for blk.0.t0, blk.0.t1, blk.0.t2, blk.0.t3, blk.0.t4, blk.0.t5 and 2 more',
      { ...whole, weighted: 9, withData: 1, withoutData: names(0, 8) },
    ],
    [
      '62 of 62 weighted tensors have data; llama-imatrix collects none for token_embd.weight and 8 tensors of the MTP block 8',
      { ...whole, notCollected: ['token_embd.weight', ...names(8, 8)] },
    ],
    [
      '62 of 62 weighted tensors have data; llama-imatrix collects none for 4 tensors of the MTP blocks 8-9',
      { ...whole, notCollected: [...names(8, 2), ...names(9, 2)] },
    ],
  ])('%s', (text, coverage) => {
    expect(imatrixCoverageText(coverage)).toBe(text);
  });

  const [first, second] = sampleEvidence().variants;
  if (first === undefined || second === undefined) throw new Error('the sample lacks what is tested');
  const evidence = {
    ...sampleEvidence(),
    variants: [
      { ...first, name: 'A', imatrixCoverage: whole },
      {
        ...second,
        name: 'B',
        imatrixCoverage: { ...whole, withData: 60, withoutData: ['blk.0.x', 'blk.1.x'] },
      },
      { ...second, name: 'C', imatrixCoverage: whole },
      { ...second, name: 'D', imatrixCoverage: null },
    ],
  };

  it('is told on the card, once for variants that have it in common', () => {
    const rows = identitiesSection(evidence)
      .split('\n')
      .filter((line) => line.startsWith('| Importance data'))
      .map((line) => line.split('|')[2]?.trim());
    expect(rows).toEqual([
      'A, C: 62 of 62 weighted tensors have data',
      'B: 60 of 62 weighted tensors have data; none for blk.0.x, blk.1.x',
    ]);
  });

  it('is told on the report page', () => {
    expect(imatrixSection(evidence, 0).markup).toContain(
      'B: 60 of 62 weighted tensors have data; none for blk.0.x, blk.1.x',
    );
  });
});
