import { stepRegistry } from '../../core/step-registry.js';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prettyJson, type Json } from '../../core/json/canonical-json.js';
import { digestOf } from '../../core/digest.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import type { QuantizationPlan } from '../../core/generated/plan.generated.js';
import { sideEffects } from '../../quant/rules/pins.js';
import type { Step } from '../step.js';

/** A plan and the dry runs it was computed from. */
export interface PlanStepInputs {
  plan: QuantizationPlan;
  dryRuns: readonly Manifest[];
  toolchain: Readonly<Record<string, Json>>;
}

/** Name of the file that holds the plan. */
export const planFile = stepRegistry.plan.carriedFile;

/**
 * Writes a plan down. It is computed already: of the work, the dry runs, each is a step with a key of its
 * own.
 */
export function quantizationPlanStep({ plan, dryRuns, toolchain }: PlanStepInputs): Step {
  const { elements, sizeBytes, bitsPerWeight } = plan.total;
  return {
    action: {
      step: 'plan',
      version: stepRegistry.plan.logicVersion,
      parameters: {},
      inputs: [{ role: 'data', name: planFile, sha256: digestOf(plan as unknown as Json) }],
      toolchain,
    },
    run: async (bench) => {
      const path = join(bench.directory, planFile);
      await writeFile(path, prettyJson(plan as unknown as Json));
      return {
        files: [{ name: planFile, path }],
        facts: {
          ftype: plan.ftype,
          elements,
          tensorBytes: sizeBytes,
          bitsPerWeight,
          sideEffects: sideEffects(plan).map(({ name }) => name),
        },
        commands: dryRuns.flatMap(({ provenance }) => provenance.commands),
      };
    },
  };
}
