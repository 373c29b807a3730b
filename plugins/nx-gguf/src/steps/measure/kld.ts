import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../core/json/canonical-json.js';
import { digestOf } from '../../core/digest.js';
import type { MeasuredFile } from '../../core/generated/common.generated.js';
import type { KldStatistics, KldSubject } from '../../core/generated/kld.generated.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import { misleadingRatioText } from '../../kld/statistics/base-perplexity.js';
import { kldFile, kldResult, kldText, type MeasuredFigures } from '../../kld/tool/kld-result.js';
import { variantPassArgs } from '../../kld/tool/perplexity-args.js';
import { baseFindings } from './base-facts.js';
import { passOptions, statedParameters } from './evaluation.js';
import { baseArgs, baseFile, type KldBase } from './kld-base.js';
import { inputsOf, type Action, type Step, type StepOutcome, type Workbench } from '../step.js';

/**
 * A measurement: a model, and the base it is compared with. How the base's logits reach it changes nothing,
 * so it is no part of this.
 */
export interface KldStep {
  action: Action;
  /** The variant's or reference's name. */
  name: string;
  variant: readonly ManifestFile[];
  base: KldBase;
  /** What misleads or did not come to anything, by the facts of the result. */
  findings: NonNullable<Step['findings']>;
}

/** Measures perplexity and KL divergence of a variant against the unquantized model. */
export function kldStep({ name, variant, base }: Omit<KldStep, 'action' | 'findings'>): KldStep {
  return {
    name,
    variant,
    base,
    action: {
      step: 'kld',
      version: stepRegistry.kld.logicVersion,
      parameters: { base: baseArgs(base), variant: variantArgs({ variant, base }) },
      inputs: [
        ...inputsOf('model', base.model),
        ...inputsOf('corpus', [base.corpus]),
        ...inputsOf('variant', variant),
      ],
      toolchain: base.toolchain,
    },
    findings: (facts) => {
      const statistics = facts['statistics'] as KldStatistics | undefined;
      const misleading = statistics === undefined ? null : misleadingRatioText(statistics.perplexity);
      return [
        ...baseFindings(base, facts, statistics?.chunks),
        ...(misleading === null ? [] : [`${name}: ${misleading}`]),
      ];
    },
  };
}

/** Arguments of the variant's pass. */
export function variantArgs({ variant, base }: Pick<KldStep, 'variant' | 'base'>): string[] {
  return variantPassArgs({
    model: variant[0]?.name ?? '',
    baseFile: baseFile(base),
    ...passOptions(base.parameters),
  });
}

/** The result of a measurement from what the tool printed, written into the work directory. */
export async function kldOutcome(
  step: KldStep,
  figures: MeasuredFigures,
  { directory }: Pick<Workbench, 'directory'>,
): Promise<StepOutcome> {
  const result = kldResult(figures, subjectOf(step));
  const path = join(directory, kldFile);
  await writeFile(path, kldText(result));
  return {
    files: [{ name: kldFile, path }],
    facts: { statistics: result.statistics as unknown as Json },
    commands: [
      ['llama-perplexity', ...baseArgs(step.base)],
      ['llama-perplexity', ...variantArgs(step)],
    ],
  };
}

function subjectOf({ variant, base }: KldStep): KldSubject {
  return {
    variant: variant.map(measured),
    base: base.model.map(measured),
    corpus: measured(base.corpus),
    parameters: statedParameters(base.parameters),
    toolchain: digestOf(base.toolchain),
  };
}

function measured({ name, sha256 }: ManifestFile): MeasuredFile {
  return { name, sha256 };
}
