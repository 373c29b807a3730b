import type { Manifest } from '../../core/generated/manifest.generated.js';
import { measuredResult } from '../../report/testing/measured-result.js';
import { sampleEvidence } from '../../report/testing/sample-evidence.js';
import type { EvidenceInputs, TargetArtifact } from '../evidence/evidence-inputs.js';

/** The sample that reports are tested with. */
export const sample = sampleEvidence();
const [first] = sample.variants;
if (first === undefined || first.measurement === null || first.plan === null)
  throw new Error('the sample lacks what is tested');

/** The first variant of the sample. */
export const variant = first;

/** What was measured of the variant. */
export const measurement = first.measurement;

/** What llama-quantize makes of each of its tensors. */
export const plan = first.plan;

/** Where the sample's checkpoint is from. */
export const origin = sample.source.origin;

const toolchain = {
  project: 'llama-cpp',
  repository: null,
  build: sample.toolchain.build,
  python: {},
  requirements: null,
} as EvidenceInputs['toolchain'];

/** A target with its manifest. */
export function artifact(
  target: string,
  changes: Partial<Manifest> & { inputs?: Manifest['provenance']['inputs']; commands?: string[][] } = {},
): TargetArtifact {
  const { inputs = [], commands = [], ...rest } = changes;
  return {
    target,
    manifest: {
      format: 1,
      step: target.split(':')[1] ?? '',
      actionKey: 'a'.repeat(64),
      files: [],
      facts: {},
      provenance: { inputs, toolchain: null, commands },
      ...rest,
    },
  };
}

const filesOf = (of: { files: { name: string; sha256: string; sizeBytes: number | null }[] }) =>
  of.files.map((file) => ({ ...file, sizeBytes: file.sizeBytes ?? 0 }));

/** The quantized file of the variant. */
export const made = artifact('m:quantize:Q4_K_M', {
  files: filesOf(variant),
  facts: {
    ftype: 'Q4_K_M',
    rules: 'x=q8_0\n',
    bitsPerWeight: 4.9,
    tensorTypes: variant.tensorTypes,
    imatrixCoverage: variant.imatrixCoverage,
  },
  commands: [['llama-quantize', 'in', 'out', 'Q4_K_M']],
});

/** The text that was measured on. */
export const text = { name: 'evaluation.txt', sha256: 'e'.repeat(64), sizeBytes: 12 };

/** What the measurement of the variant says. */
export const result = measuredResult(measurement, { variant: filesOf(variant), corpus: text });

/** The measurement of the variant with its manifest. */
export const measured = {
  ...artifact('m:kld:Q4_K_M', {
    inputs: [{ role: 'corpus', name: text.name, sha256: text.sha256 }],
    commands: [['llama-perplexity', '-m', 'x']],
  }),
  result,
};

/** Inputs of evidence about one variant. */
export function inputs(changes: Partial<EvidenceInputs> = {}): EvidenceInputs {
  return {
    project: 'm',
    directory: 'models/m',
    name: 'M',
    description: null,
    source: { ...artifact('m:fetch'), origin, readme: '---\nlicense: mit\n---\n' },
    converted: {
      ...artifact('m:convert', {
        files: [{ name: 'M-BF16.gguf', sha256: 'c'.repeat(64), sizeBytes: 9 }],
        facts: { architecture: 'qwen35', bitsPerWeight: 16, tensorTypes: { a: 'bf16' } },
      }),
    },
    imatrix: null,
    evaluation: {
      corpus: { ...artifact('texts:fetch', { files: [text] }), project: 'texts', origin },
      parameters: { ctx: 512, chunks: -1, batch: 2048, ubatch: 512 },
    },
    variants: [{ name: 'Q4_K_M', use: null, bench: null, made, plan, split: null, measured }],
    references: [],
    gates: {},
    toolchain,
    ...changes,
  };
}
