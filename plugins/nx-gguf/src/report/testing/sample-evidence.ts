import { sha256 } from '../../core/digest.js';
import type {
  Evidence,
  EvidenceFile,
  Measurement,
  Origin,
  ReferenceEvidence,
  Speed,
  VariantEvidence,
} from '../../core/generated/evidence.generated.js';
import type { ImatrixCoverage, PlannedTensor } from '../../core/generated/plan.generated.js';
import { madeSpread, madeStatistics } from '../../kld/testing/made-statistics.js';
import { plainOfflineFlags } from '../../kld/tool/tool-flags.js';
import { tensorSizeBytes, tensorTypeByName, type TensorTypeName } from '../../gguf/tensor-type.js';

/** How large a sample is. */
export interface SampleShape {
  readonly variants?: readonly string[];
  readonly layers?: number;
  readonly chunks?: number;
  readonly references?: boolean;
  readonly speed?: boolean;
}

const origin: Origin = {
  type: 'huggingface',
  repository: 'maker/Sample-1B',
  kind: 'model',
  endpoint: null,
  url: null,
  commit: '1'.repeat(40),
  paths: null,
  member: null,
  command: null,
  directory: null,
};

/** Type of most tensors, of the more important ones, and size of the error, by the variant's name. */
const mixes: Readonly<Record<string, readonly [TensorTypeName, TensorTypeName, number]>> = {
  Q3_K_M: ['q3_K', 'q4_K', 0.11],
  Q4_K_M: ['q4_K', 'q6_K', 0.0297],
  Q5_K_M: ['q5_K', 'q6_K', 0.011],
  Q6_K: ['q6_K', 'q6_K', 0.0057],
  Q8_0: ['q8_0', 'q8_0', 0.0012],
};
const attention = {
  attn_norm: [1024],
  attn_q: [1024, 2048],
  attn_k: [1024, 512],
  attn_v: [1024, 512],
  attn_output: [2048, 1024],
};
const linear = { attn_norm: [1024], attn_qkv: [1024, 6144], attn_gate: [1024, 2048], ssm_out: [2048, 1024] };
const feedForward = {
  ffn_norm: [1024],
  ffn_gate: [1024, 3584],
  ffn_up: [1024, 3584],
  ffn_down: [3584, 1024],
};

/**
 * Evidence of a model that does not exist, with everything in it: the form is that of real results, the
 * figures are made up and the same each time.
 */
export function sampleEvidence({
  variants = ['Q4_K_M', 'Q5_K_M', 'Q6_K'],
  layers = 8,
  chunks = 40,
  references = true,
  speed = true,
}: SampleShape = {}): Evidence {
  const shapes = tensorShapes(layers);
  const made = variants.map((name) => variant(name, { shapes, chunks, speed }));
  const others = references
    ? made.filter(({ name }) => name in mixes).map((of) => reference(of, chunks))
    : [];
  const runs = [
    {
      target: 'sample:convert',
      inputs: [],
      outputs: [file('Sample-1B-BF16.gguf', 1 << 30)],
      commands: [
        [
          'python',
          'convert_hf_to_gguf.py',
          'Sample-1B',
          '--outfile',
          'out/Sample-1B-{FTYPE}.gguf',
          '--outtype',
          'auto',
        ],
      ],
    },
    ...made.map(({ name, files }) => ({
      target: `sample:quantize:${name}`,
      outputs: files,
      inputs: [{ role: 'model', name: 'Sample-1B-BF16.gguf', sha256: sha256('Sample-1B-BF16.gguf') }],
      commands: [
        [
          'llama-quantize',
          '--tensor-type-file',
          'tensor_types.txt',
          'Sample-1B-BF16.gguf',
          `out/Sample-1B-${name}.gguf`,
          mixName(name),
        ],
      ],
    })),
  ];
  return {
    format: 1,
    project: 'sample',
    directory: 'models/sample',
    name: 'Sample-1B',
    description: 'A model that does not exist.',
    source: {
      origin: { ...origin, paths: ['config.json', 'model.safetensors'] },
      files: [file('config.json', 2000), file('model.safetensors', 1 << 30)],
      card: {
        license: 'apache-2.0',
        licenseName: null,
        licenseLink: null,
        languages: ['en', 'de'],
        tags: ['sample'],
        pipelineTag: 'text-generation',
        baseModels: ['other/Sample-1B-Base'],
      },
    },
    unquantized: {
      files: [file('Sample-1B-BF16.gguf', 1 << 30)],
      architecture: 'qwen35',
      bitsPerWeight: 16,
      tensorTypes: Object.fromEntries(shapes.map(([name, shape]) => [name, unquantizedType(shape)])),
      speed: speed ? speedOf(16) : null,
    },
    imatrix: {
      file: file('imatrix.gguf', 5 << 20),
      originalSha256: null,
      origin: null,
      corpus: {
        project: 'texts',
        file: file('calibration.txt', 90_000),
        origin: { ...origin, repository: 'maker/texts', kind: 'dataset', paths: ['calibration.txt'] },
      },
      format: 'gguf',
      chunks: 16,
      chunkSize: 512,
      datasets: ['calibration.txt'],
      tensors: shapes
        .filter(([, shape]) => shape.length > 1)
        .map(([name]) => name)
        .sort(),
      statistics: shapes
        .filter(([, shape]) => shape.length > 1)
        .map(([name, [columns = 1]], index) => ({
          name,
          columns,
          mean: 0.01 * (1 + (index % 17)),
          maximum: 3 + (index % 5),
          zeroColumns: index % 7,
          topShare: 0.1 + (index % 9) / 20,
        })),
    },
    evaluation: {
      corpus: {
        project: 'texts',
        file: file('evaluation.txt', 1_290_590),
        origin: {
          ...origin,
          repository: 'maker/texts',
          kind: 'dataset',
          paths: ['texts.zip'],
          member: 'raw/evaluation.txt',
        },
      },
      parameters: { ctx: 512, chunks: -1, batch: 2048, ubatch: 512 },
    },
    variants: made,
    comparisons: [],
    apart: [],
    references: others,
    bench: speed
      ? {
          busy: [],
          machine: {
            cpu: 'Example CPU 3000',
            cores: 8,
            memoryGiB: 32,
            os: 'linux',
            arch: 'x64',
            graphics: [],
          },
          runtime: {
            toolchain: sha256('toolchain'),
            backends: 'CPU',
            cpu: 'Example CPU 3000',
            gpu: '',
            threads: 8,
            batch: 2048,
            ubatch: 512,
            gpuLayers: -1,
            flashAttention: 'auto',
            devices: 'auto',
            cacheTypeK: 'f16',
            cacheTypeV: 'f16',
            repetitions: 5,
          },
        }
      : null,
    toolchain: {
      project: 'llama-cpp',
      commit: '2'.repeat(40),
      repository: 'https://example.org/llama.cpp',
      patched: false,
      build: {
        kind: 'built',
        source: { commit: '2'.repeat(40) },
        cmake: { GGML_NATIVE: 'OFF' },
        compiler: 'GNU 12.2.0',
        platform: 'linux',
        arch: 'x64',
      },
      python: { python: '3.11', platform: 'linux' },
      requirements: ['torch==2.11.0', 'transformers==5.23.0'],
    },
    runs: [...runs, ...[...made, ...others].map(measuringRun)].map((run) => ({
      ...run,
      actionKey: sha256(run.target),
    })),
  };
}

function measuringRun({ name, files }: { name: string; files: readonly EvidenceFile[] }) {
  const passes = [
    ['-m', 'Sample-1B-BF16.gguf', '-c', '512', '-f', 'evaluation.txt'],
    ['-m', files[0]?.name ?? '', '-c', '512', '--kl-divergence'],
  ];
  return {
    target: `sample:kld:${name}`,
    inputs: [],
    outputs: [],
    commands: passes.map((pass) => [
      'llama-perplexity',
      ...plainOfflineFlags,
      ...pass,
      '--kl-divergence-base',
      'Sample-1B.kld',
    ]),
  };
}

function coverage(tensors: readonly { name: string; from: string; to: string }[]): ImatrixCoverage {
  const inBlocks = tensors.filter(
    ({ name, from, to }) => from !== to && to !== 'q8_0' && name.startsWith('blk.'),
  );
  return {
    weighted: inBlocks.length,
    withData: inBlocks.length,
    withoutData: [],
    notCollected: ['token_embd.weight'],
  };
}

function file(name: string, sizeBytes: number): EvidenceFile {
  return { name, sizeBytes, sha256: sha256(name) };
}

function tensorShapes(layers: number): [string, number[]][] {
  const blocks = Array.from({ length: layers }, (_, layer) =>
    Object.entries({ ...(layer % 4 === 3 ? attention : linear), ...feedForward }).map(
      ([role, shape]): [string, number[]] => [`blk.${layer}.${role}.weight`, shape],
    ),
  );
  return [['output_norm.weight', [1024]], ['token_embd.weight', [1024, 151_936]], ...blocks.flat()];
}

function unquantizedType(shape: readonly number[]): 'f32' | 'bf16' {
  return shape.length > 1 ? 'bf16' : 'f32';
}

/** The mix of a name, which may be longer than the mix's own: `Q4_K_M-7`. */
function mixName(name: string): string {
  return Object.keys(mixes).find((mix) => name.startsWith(mix)) ?? 'Q4_K_M';
}

function variant(
  name: string,
  { shapes, chunks, speed }: { shapes: readonly [string, number[]][]; chunks: number; speed: boolean },
): VariantEvidence {
  const [most, some, kld] = mixes[mixName(name)] ?? ['q4_K', 'q6_K', 0.03];
  const salt = name.length > 6 ? 1 + Number(/\d+$/.exec(name)?.[0] ?? 1) / 20 : 1;
  const tensors = shapes.map(([tensor, shape]) => planned(tensor, shape, { most, some }));
  const elements = tensors.reduce((sum, { shape }) => sum + count(shape), 0);
  const sizeBytes = tensors.reduce((sum, tensor) => sum + tensor.sizeBytes, 0);
  return {
    name,
    ftype: mixName(name),
    use: null,
    gates: null,
    split: null,
    bitsPerWeight: (sizeBytes * 8) / elements,
    files: [file(`Sample-1B-${name}.gguf`, Math.round(sizeBytes * salt) + 4096)],
    rules: String.raw`\.attn_(gate|qkv)\.weight$=q8_0` + '\n' + String.raw`\.ssm_out\.weight$=q8_0` + '\n',
    tensorTypes: Object.fromEntries(tensors.map((tensor) => [tensor.name, tensor.to])),
    plan: {
      format: 1,
      ftype: mixName(name),
      tensors,
      total: { elements, sizeBytes, bitsPerWeight: (sizeBytes * 8) / elements, sourceBytes: elements * 2 },
    },
    imatrixCoverage: coverage(tensors),
    measurement: measurement(kld / salt, chunks),
    speed: speed ? speedOf((sizeBytes * 8) / elements) : null,
  };
}

function planned(
  name: string,
  shape: number[],
  { most, some }: { most: TensorTypeName; some: TensorTypeName },
): PlannedTensor {
  const layer = Number(/^blk\.(\d+)/.exec(name)?.[1] ?? 0);
  const isMore = /ffn_down|attn_v|token_embd/.test(name) && layer % 3 === 0;
  const stock = shape.length === 1 ? 'f32' : isMore ? some : most;
  const of = (to: string, because: PlannedTensor['because']): PlannedTensor => ({
    name,
    shape,
    from: unquantizedType(shape),
    to,
    stock,
    sizeBytes: sizeOf(to, shape),
    because,
  });
  if (shape.length === 1) return of('f32', { kind: 'copied', why: 'not quantizable' });
  const [rule, line] = /attn_(gate|qkv)/.test(name)
    ? [String.raw`\.attn_(gate|qkv)\.weight$=q8_0`, 1]
    : /ssm_out/.test(name)
      ? [String.raw`\.ssm_out\.weight$=q8_0`, 2]
      : [null, 0];
  if (rule !== null) return of('q8_0', { kind: 'rule', rule, line });
  if (name.includes('attn_v') && some !== most)
    return of(stock === most ? some : most, { kind: 'side-effect', stock });
  return of(stock, { kind: 'default' });
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

function sizeOf(type: string, shape: readonly number[]): number {
  const known = tensorTypeByName(type);
  return known === null ? 0 : tensorSizeBytes(known, shape);
}

/** A measurement whose spread is that of real ones: a long tail upwards. */
function measurement(kld: number, chunks: number): NonNullable<Measurement> {
  const estimate = (value: number, relative = 0.004) => ({ value, error: Math.abs(value) * relative });
  const spread = (scale: number) => ({
    mean: estimate(scale),
    maximum: scale * 90,
    percentile99_9: scale * 27,
    percentile99: scale * 9,
    percentile95: scale * 3.6,
    percentile90: scale * 2.2,
    median: scale * 0.5,
    percentile10: scale * 0.01,
    percentile5: scale * 0.002,
    percentile1: scale * 0.0001,
    percentile0_1: scale * 0.000_002,
    minimum: -0.000_01,
  });
  const series = (value: number) => {
    const steps = Array.from({ length: chunks }, (_, index) => index + 1);
    return {
      values: steps.map((step) => value * (1 + Math.sin(step * 1.7) / (2 + step))),
      errors: steps.map((step) => (value * 0.35) / Math.sqrt(step * 10)),
    };
  };
  return {
    statistics: madeStatistics(
      { chunks, ctx: 512 },
      {
        perplexity: estimate(15 * (1 + kld)),
        basePerplexity: estimate(15),
        perplexityCorrelationPercent: 99,
        logPerplexityRatio: estimate(kld),
        recomputedBasePerplexity: estimate(15),
        recomputedLogPerplexityRatio: estimate(kld),
        recomputedPerplexityRatio: estimate(1 + kld),
        perplexityRatio: estimate(1 + kld),
        perplexityDifference: estimate(15 * kld),
        ...madeSpread('Kld', spread(kld)),
        ...madeSpread('DeltaProbabilityPercent', spread(Math.sqrt(kld))),
        percentile75DeltaProbabilityPercent: 1,
        percentile25DeltaProbabilityPercent: -1,
        rmsDeltaProbabilityPercent: estimate(20 * Math.sqrt(kld)),
        sameTopPercent: estimate(100 - 50 * Math.sqrt(kld), 0.002),
      },
    ),
    running: {
      perplexity: series(15 * (1 + kld)),
      recomputedLogRatio: series(kld),
      kldNats: series(kld),
      deltaProbabilityRmsPercent: series(20 * Math.sqrt(kld)),
      sameTopPercent: series(100 - 50 * Math.sqrt(kld)),
    },
  };
}

function reference(
  { name, files, bitsPerWeight, tensorTypes, measurement: own }: VariantEvidence,
  chunks: number,
): ReferenceEvidence {
  return {
    name: `maker-${name}`,
    compareWith: name,
    origin: { ...origin, repository: 'maker/Sample-1B-GGUF', paths: [`quants/Sample-1B-${name}.gguf`] },
    tensorTypes,
    bitsPerWeight: (bitsPerWeight ?? 0) * 0.97,
    speed: null,
    files: files.map(({ sizeBytes }) => file(`Sample-1B-${name}.gguf`, Math.round((sizeBytes ?? 0) * 0.96))),
    measurement: measurement((own?.statistics.kldNats.mean.value ?? 0.03) * 1.2, chunks),
  };
}

function speedOf(bitsPerWeight: number): NonNullable<Speed> {
  const test = (promptTokens: number, generatedTokens: number, tokensPerSecond: number) => ({
    promptTokens,
    generatedTokens,
    depthTokens: 0,
    repetitions: 5,
    tokensPerSecond: { value: tokensPerSecond, error: tokensPerSecond * 0.01 },
  });
  return [test(512, 0, 900 - 12 * bitsPerWeight), test(0, 128, 700 / bitsPerWeight)];
}
