import type { Json } from '../../core/json/canonical-json.js';
import { digestOf } from '../../core/digest.js';
import { GgufError } from '../../core/errors.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import type { GateSubject } from '../../kld/gates/gate-metrics.js';
import { unknownConditions } from '../../kld/statistics/conditions.js';
import { checkGates, type Gates } from '../../kld/gates/gates.js';
import { measurementOf } from './measurement.js';
import { fact } from '../facts.js';
import { measuredConditions } from './measured-conditions.js';
import { inputsOf, type Step } from '../step.js';

/** The files of a variant or a reference, and its measurement where the gates ask for one. */
export interface GatedModel {
  readonly name: string;
  readonly files: Manifest;
  readonly measured: Manifest | null;
}

/**
 * Holds variants to their gates. A failed gate is a result like any other; the caller of the step decides
 * what it means.
 */
export function gateStep(gates: Gates, models: readonly GatedModel[]): Step {
  const subjects = new Map(models.map((model) => [model.name, gateSubject(model)]));
  return {
    action: {
      step: 'gate',
      version: stepRegistry.gate.logicVersion,
      parameters: { gates: gates as unknown as Json },
      inputs: [
        ...models.flatMap(({ name, files }) => inputsOf(`model ${name}`, files.files)),
        {
          role: 'data',
          name: 'measured.json',
          sha256: digestOf(Object.fromEntries(subjects) as unknown as Json),
        },
      ],
      toolchain: null,
    },
    run: () =>
      Promise.resolve({
        files: [],
        facts: checkGates(gates, subjects) as unknown as Record<string, Json>,
        commands: [],
      }),
  };
}

/**
 * The values that gates are checked against.
 * @throws GgufError `GATE_NEEDS_FULL_RUN` for a measurement that is not of the whole evaluation,
 *   `MEASURED_ANOTHER_FILE` for one of other bytes
 */
export function gateSubject({ name, files, measured }: GatedModel): GateSubject {
  if (measured !== null && measured.step !== 'kld') {
    throw new GgufError(
      'GATE_NEEDS_FULL_RUN',
      `${name}: a result of ${measured.step} is no measurement of the whole text`,
      { hint: 'Gates take complete measurements only: run the `kld` target.' },
    );
  }
  return {
    sizeBytes:
      files.files.length === 0 ? null : files.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    bitsPerWeight: fact<number>(files, 'bitsPerWeight'),
    statistics:
      measurementOf(
        measured === null ? null : { target: `kld:${name}`, manifest: measured, result: null },
        files,
      )?.statistics ?? null,
    conditions: measured === null ? unknownConditions : measuredConditions(measured),
  };
}
