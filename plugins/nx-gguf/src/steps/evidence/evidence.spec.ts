import { validate } from '../../core/validate.js';
import { evidenceOf } from './evidence.js';
import {
  artifact,
  inputs,
  made,
  measured,
  measurement,
  origin,
  plan,
  result,
  sample,
  text,
  variant,
} from '../testing/evidence-inputs.js';

describe('evidenceOf', () => {
  const evidence = evidenceOf(inputs());

  it('takes figures, types, reasons and digests from the manifests', () => {
    expect(evidence.variants).toEqual([
      {
        name: 'Q4_K_M',
        ftype: 'Q4_K_M',
        use: null,
        files: variant.files,
        split: null,
        bitsPerWeight: 4.9,
        rules: 'x=q8_0\n',
        tensorTypes: variant.tensorTypes,
        plan,
        imatrixCoverage: variant.imatrixCoverage,
        measurement,
        speed: null,
        gates: null,
      },
    ]);
    expect(evidence.unquantized).toEqual({
      files: [{ name: 'M-BF16.gguf', sha256: 'c'.repeat(64), sizeBytes: 9 }],
      architecture: 'qwen35',
      bitsPerWeight: 16,
      tensorTypes: { a: 'bf16' },
      speed: null,
    });
    expect(evidence.source.card?.license).toBe('mit');
    expect(evidence.evaluation?.corpus).toEqual({ project: 'texts', origin, file: text });
    expect(evidence.toolchain).toMatchObject({ commit: '2'.repeat(40), patched: false });
  });

  it.each([
    ['a'.repeat(64), 'b'.repeat(64), 'b'.repeat(64)],
    ['a'.repeat(64), 'a'.repeat(64), null],
  ])('knows the digest that a matrix %s had where it is from', (sha256, original, expected) => {
    const matrix = artifact('m:imatrix', {
      files: [{ name: 'i.gguf', sha256, sizeBytes: 9 }],
      inputs: [{ role: 'imatrix', name: 'i.gguf', sha256: original }],
      facts: { format: 'gguf', tensors: ['a'] },
    });
    const { imatrix } = evidenceOf(
      inputs({ imatrix: { ...matrix, origin, corpus: null, statistics: null } }),
    );
    expect(imatrix).toMatchObject({ file: { sha256 }, originalSha256: expected });
  });

  it('lists what ran in the order of the work, each step once', () => {
    expect(evidence.runs.map(({ target, commands }) => [target, commands.length])).toEqual([
      ['m:fetch', 0],
      ['m:convert', 0],
      ['m:quantize:Q4_K_M', 1],
      ['texts:fetch', 0],
      ['m:kld:Q4_K_M', 1],
    ]);
  });

  it('names all texts that were read of one project', () => {
    const calibration = { name: 'calibration.txt', sha256: '7'.repeat(64), sizeBytes: 9 };
    const imatrix = {
      ...artifact('m:imatrix', {
        files: [{ name: 'imatrix.gguf', sha256: '8'.repeat(64), sizeBytes: 5 }],
        inputs: [{ role: 'corpus', name: calibration.name, sha256: calibration.sha256 }],
      }),
      origin: null,
      statistics: null,
      corpus: { ...artifact('texts:fetch', { files: [calibration] }), project: 'texts', origin },
    };
    const { runs } = evidenceOf(inputs({ imatrix }));
    expect(
      runs
        .filter(({ target }) => target === 'texts:fetch')
        .map(({ outputs }) => outputs.map(({ name }) => name)),
    ).toEqual([['calibration.txt', 'evaluation.txt']]);
  });

  it('gives equal bytes for equal manifests', () => {
    expect(JSON.stringify(evidenceOf(structuredClone(inputs())))).toBe(JSON.stringify(evidence));
  });

  it('has null for what was not measured', () => {
    const {
      variants: [only],
      evaluation,
    } = evidenceOf(
      inputs({
        evaluation: null,
        variants: [{ name: 'Q4_K_M', use: null, bench: null, made, plan: null, split: null, measured: null }],
      }),
    );
    expect({ evaluation, plan: only?.plan, measurement: only?.measurement }).toEqual({
      evaluation: null,
      plan: null,
      measurement: null,
    });
  });

  it('refuses figures that were measured on other bytes', () => {
    const other = {
      ...measured,
      result: { ...result, subject: { ...result.subject, variant: [{ name: 'x', sha256: 'd'.repeat(64) }] } },
    };
    expect(() =>
      evidenceOf(
        inputs({
          variants: [{ name: 'Q4_K_M', use: null, bench: null, made, plan, split: null, measured: other }],
        }),
      ),
    ).toThrow(
      expect.objectContaining({
        code: 'MEASURED_ANOTHER_FILE',
        hint: expect.stringContaining('m:kld:Q4_K_M') as string,
      }) as Error,
    );
  });

  it('leaves out a plan that the file does not follow: it would explain something else', () => {
    const [first, ...others] = plan.tensors;
    if (first === undefined) throw new Error('no tensor');
    for (const tensors of [[{ ...first, to: 'q2_K' }, ...others], others]) {
      expect(
        evidenceOf(
          inputs({
            variants: [
              {
                name: 'Q4_K_M',
                use: null,
                bench: null,
                made,
                plan: { ...plan, tensors },
                split: null,
                measured,
              },
            ],
          }),
        ).variants[0]?.plan,
      ).toBeNull();
    }
  });

  it('names the text that was read, although the corpus holds another now', () => {
    const moved = artifact('texts:fetch', { files: [{ ...text, sha256: 'f'.repeat(64) }] });
    expect(
      evidenceOf(
        inputs({
          evaluation: {
            corpus: { ...moved, project: 'texts', origin },
            parameters: { ctx: 512, chunks: 8, batch: 2048, ubatch: 512 },
          },
        }),
      ).evaluation?.corpus.file,
    ).toEqual({ ...text, sizeBytes: null });
  });

  it('is checked against its schema', () => {
    expect(() =>
      evidenceOf(inputs({ converted: { ...artifact('m:convert', { facts: { bitsPerWeight: 'many' } }) } })),
    ).toThrow(
      expect.objectContaining({
        code: 'BAD_EVIDENCE',
        message: expect.stringContaining('bitsPerWeight') as string,
      }) as Error,
    );
    expect(validate('evidence', sample, 'sample')).toBe(sample);
  });
});

describe('gates', () => {
  it('are held against what is known of each variant', () => {
    const {
      variants: [only],
    } = evidenceOf(inputs({ gates: { Q4_K_M: { atMost: { bitsPerWeight: 4, meanKld: 1 } } } }));
    expect(only?.gates?.map(({ metric, passed, measured: value }) => [metric, passed, value])).toEqual([
      ['meanKld', true, measurement.statistics.kldNats.mean.value],
      ['bitsPerWeight', false, 4.9],
    ]);
    expect(
      evidenceOf(inputs({ gates: { Q6_K: { atMost: { bitsPerWeight: 4 } } } })).variants[0]?.gates,
    ).toBeNull();
  });
});
