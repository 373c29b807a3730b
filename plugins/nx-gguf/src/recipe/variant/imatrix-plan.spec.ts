import { GgufError } from '../../core/errors.js';
import type { RuleChecks, Variant } from '../../core/generated/model.generated.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import type { TargetRef } from '../../core/target.js';
import { dryRun } from '../../quant/testing/dry-runs.js';
import { contents } from '../../quant/testing/imatrix-entries.js';
import type { ImatrixContents } from '../../quant/plan/imatrix-need.js';
import { optionsOf } from '../../steps/quantize/quantize.js';
import { temporaryDirectory, temporaryStore } from '../../store/testing/temporary-store.js';
import type { Step } from '../../steps/step.js';
import { planVariant } from './variant-plan.js';

const manifest = (step: string, facts: Record<string, unknown>, ...files: string[]): Manifest => ({
  format: 1,
  step,
  actionKey: step,
  files: files.map((name) => ({ name, sha256: 'a'.repeat(64), sizeBytes: 1 })),
  facts: facts,
  provenance: { inputs: [], toolchain: null, commands: [] },
});

/** The plan of a model of two tensors and of what they become, with the steps that were performed and what was told. */
async function planned(
  imatrix: ImatrixContents,
  changes: { variant?: Partial<Variant>; checks?: RuleChecks; notLoaded?: string } = {},
) {
  const told: string[] = [];
  const performed: string[] = [];
  const facts: Record<string, Record<string, unknown>> = {
    'imatrix-contents': { ...imatrix },
    'gguf-header': { sizesBytes: [1], contents: { metadata: {}, blocks: [0, 1] } },
    'dry-run': { dryRun: dryRun('blk.0.a f16 q4_K', 'blk.1.a f16 q4_K') },
  };
  const { plan, settings } = await planVariant(
    {
      ref: { project: 'm', kind: 'plan', variant: 'v' },
      model: {
        name: 'M',
        source: { type: 'path', path: 'x' },
        imatrix: { type: 'file', source: { type: 'path', path: 'y' } },
        ...(changes.checks === undefined ? {} : { checks: changes.checks }),
      },
      toolchain: 'llama-cpp',
      name: 'v',
      variant: { ftype: 'Q4_K_M', ...changes.variant },
    },
    {
      environment: {
        workspace: { root: temporaryDirectory(), projects: { m: { root: 'm' } } },
        store: temporaryStore(),
        env: {},
        signal: undefined,
        report: (event) => {
          if ('message' in event) told.push(event.message);
        },
      },
      transfer: {},
      upstream: ({ kind }: TargetRef) => Promise.resolve(manifest(kind, {}, `${kind}.gguf`)),
      toolchain: () => ({ identity: () => Promise.resolve({}) }),
      perform: ({ action: { step } }: Step) => {
        performed.push(step);
        if (step === 'override-load' && changes.notLoaded !== undefined)
          return Promise.reject(new GgufError('MODEL_NOT_LOADED', changes.notLoaded));
        return Promise.resolve(manifest(step, facts[step] ?? {}, step));
      },
    },
  );
  expect(optionsOf({ name: 'v', settings, rules: null, model: [], imatrix: null })).not.toHaveProperty(
    'checks',
  );
  return { coverage: plan.imatrixCoverage, told, performed };
}

describe('the plan of a variant with other metadata', () => {
  const both = contents(['blk.0.a', 'blk.1.a']);
  const notLoaded = "unknown model architecture: 'foo'";
  const overrideKv = ['general.architecture=str:foo'];
  const found = `llama.cpp does not load the model with overrideKv '${overrideKv.join()}': ${notLoaded} (unloadable)`;

  it('fails with what llama.cpp says of the header, before llama-quantize is asked', async () => {
    await expect(planned(both, { variant: { overrideKv }, notLoaded })).rejects.toMatchObject({
      code: 'RULES_NOT_HONOURED',
      message: expect.stringContaining(found) as string,
    });
  });

  it('goes on with a warning where the check is one', async () => {
    const { told } = await planned(both, {
      variant: { overrideKv, checks: { unloadable: 'warn', unknownKey: 'off' } },
      notLoaded,
    });
    expect(told).toEqual([`v: ${found}`]);
  });

  it('asks nothing of llama.cpp without overrides', async () => {
    expect((await planned(both, { notLoaded })).performed).not.toContain('override-load');
  });
});

const half = contents(['blk.0.a']);
const warning = 'v: 1 of 2 weighted tensors have data; none for blk.1.a (imatrixCoverage)';

describe('the plan of a variant with a matrix', () => {
  it('has what the matrix covers, and tells of what it does not', async () => {
    const { coverage, told, performed } = await planned(half);
    expect(coverage).toEqual({ weighted: 2, withData: 1, withoutData: ['blk.1.a'], notCollected: [] });
    expect(told).toEqual([warning]);
    expect(performed).toEqual(['imatrix-contents', 'gguf-header', 'dry-run']);
    expect((await planned(contents(['blk.0.a', 'blk.1.a']))).told).toEqual([]);
  });

  it.each<[string, Parameters<typeof planned>[1], string[]]>([
    ['off for the model', { checks: { imatrixCoverage: 'off' } }, []],
    ['off for the variant', { variant: { checks: { imatrixCoverage: 'off' } } }, []],
    [
      'a warning for the variant of a model for which it is an error',
      { checks: { imatrixCoverage: 'error' }, variant: { checks: { imatrixCoverage: 'warn' } } },
      [warning],
    ],
  ])('is silent or not, as the check says: %s', async (_, changes, told) => {
    expect((await planned(half, changes)).told).toEqual(told);
  });

  it('fails where the check says so', async () => {
    await expect(planned(half, { checks: { imatrixCoverage: 'error' } })).rejects.toMatchObject({
      code: 'RULES_NOT_HONOURED',
      message: expect.stringContaining('1 of 2 weighted tensors have data; none for blk.1.a') as string,
    });
  });

  it('fails without any data, and on data that cannot be used, whatever the check says', async () => {
    const checks = { imatrixCoverage: 'off' } as const;
    await expect(planned(contents(['other']), { checks })).rejects.toMatchObject({
      code: 'IMATRIX_COVERS_NOTHING',
      message: expect.stringMatching(/^m:plan:v: .*\n0 of 2 weighted tensors have data/) as string,
    });
    await expect(
      planned(contents(['blk.0.a', 'blk.1.a'], ['its metadata lack imatrix.datasets']), { checks }),
    ).rejects.toMatchObject({ code: 'QUANTIZE_IMATRIX_UNFIT' });
  });

  it('asks for no matrix that the variant does not use', async () => {
    const { coverage, told, performed } = await planned(half, { variant: { imatrix: false } });
    expect(coverage).toBeUndefined();
    expect(told).toEqual([]);
    expect(performed).not.toContain('imatrix-contents');
    const checked = await planned(half, {
      variant: { imatrix: false, checks: { imatrixCoverage: 'error' } },
    });
    expect(checked.told).toEqual([
      'v: checks.imatrixCoverage of the variant checks nothing: the variant has no importance matrix (noEffect)',
    ]);
  });

  it.each<[string, Partial<Variant>, boolean]>([
    ['Q8_0', { ftype: 'Q8_0' }, true],
    ['COPY', { ftype: 'COPY' }, false],
    ['copy, in any case', { ftype: 'copy' }, false],
    ['BF16', { ftype: 'BF16' }, false],
    ['F32 by its number', { ftype: '0' }, false],
    ['F16 with an output matrix that looks at it', { ftype: 'F16', outputTensorType: 'Q6_K' }, true],
    ['F16 with embeddings that do not', { ftype: 'F16', tokenEmbeddingType: 'q8_0' }, false],
    ['F16 that asks for it', { ftype: 'F16', imatrix: true }, true],
  ])('takes the matrix of the model, or leaves it: %s', async (_, variant, takes) => {
    const { performed } = await planned(contents(['blk.0.a', 'blk.1.a']), {
      variant,
      checks: { noEffect: 'off' },
    });
    expect(performed.includes('imatrix-contents')).toBe(takes);
  });

  it('is refused where COPY is told to take it, with what to say instead', async () => {
    await expect(planned(half, { variant: { ftype: 'COPY', imatrix: true } })).rejects.toMatchObject({
      code: 'BAD_VARIANT',
      message: 'v: imatrix changes no tensor with COPY',
      hint: 'Set "imatrix": false for the variant, or leave the field out.',
    });
  });
});
