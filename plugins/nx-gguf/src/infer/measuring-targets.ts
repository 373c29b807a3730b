import { stepRegistry } from '../core/step-registry.js';
import { aggregateTarget, inferredTarget, type InferredTarget } from './inferred-target.js';
import { manifests } from './inputs.js';
import type { ModelContext } from './model-context.js';

/** The targets that measure variants and references: how close, how fast, and whether that is enough. */
export function measuringTargets(context: ModelContext): Record<string, InferredTarget> {
  const { model, recipe, all } = context;
  return {
    ...(model.evaluation === null ? {} : divergenceTargets(context)),
    ...(context.names.length === 0 ? {} : speedTargets(context)),
    ...(model.hasGates
      ? {
          gate: inferredTarget({
            executor: 'gate',
            description: 'Holds the variants to their gates.',
            inputs: [recipe('gates', 'toolchain'), manifests],
            outputs: ['gate/artifact.json'],
            dependsOn: all('quantize', 'reference', 'kld'),
          }),
        }
      : {}),
  };
}

function divergenceTargets({
  model,
  names,
  recipe,
  own,
  all,
  made,
  build,
  evaluationCorpus,
}: ModelContext): Record<string, InferredTarget> {
  const inputs = [recipe('name', 'evaluation', 'toolchain'), manifests];
  const dependsOn = [own('convert'), build, evaluationCorpus];
  const base = inferredTarget({
    executor: 'kld-base',
    description: 'Computes the logits of the unquantized model ahead and keeps them.',
    inputs,
    outputs: ['kld-base/artifact.json'],
    dependsOn,
  });
  if (names.length === 0) return { 'kld-base': base };
  const measured = names.map((name): [string, InferredTarget] => {
    // A reference is measured on the base pass of the variant that it is compared with.
    const together = model.references.find((reference) => reference.name === name)?.compareWith ?? null;
    return [
      `kld:${name}`,
      inferredTarget({
        executor: 'kld',
        description: `Measures how far ${name} is from the unquantized model.`,
        options: { variant: name },
        inputs,
        outputs: [`kld/${name}/artifact.json`, `kld/${name}/${stepRegistry.kld.carriedFile}`],
        dependsOn: [...dependsOn, made(name), together === null ? null : own(`quantize:${together}`)],
      }),
    ];
  });
  return {
    'kld-base': base,
    ...Object.fromEntries(measured),
    kld: aggregateTarget('Measures all variants and references.', all('kld')),
    compare: inferredTarget({
      executor: 'compare',
      description: 'Says which of two is closer to the unquantized model.',
      cache: false,
      inputs,
      dependsOn: [...dependsOn, ...all('quantize', 'reference')],
    }),
  };
}

function speedTargets({ names, recipe, all, made, build }: ModelContext): Record<string, InferredTarget> {
  const inputs = [recipe('bench', 'toolchain'), manifests];
  // Nothing runs beside a measurement of speed.
  const more = { parallelism: false };
  const measured = names.map((name): [string, InferredTarget] => [
    `bench:${name}`,
    inferredTarget({
      executor: 'bench',
      description: `Measures the speed of ${name} on this machine.`,
      options: { variant: name },
      cache: false,
      inputs,
      outputs: [`bench/${name}/artifact.json`, `bench/${name}/bench.json`],
      dependsOn: [build, made(name)],
      more,
    }),
  ]);
  return {
    ...Object.fromEntries(measured),
    bench: inferredTarget({
      executor: 'bench-table',
      description: 'Measures the speed of all variants and references on this machine.',
      cache: false,
      inputs: [manifests],
      dependsOn: all('bench'),
    }),
    'bench-compare': inferredTarget({
      executor: 'bench-compare',
      description: 'Says which of two is faster on this machine.',
      cache: false,
      inputs,
      dependsOn: [build, ...all('quantize', 'reference')],
      more,
    }),
  };
}
