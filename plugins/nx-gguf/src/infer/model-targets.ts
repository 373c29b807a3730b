import { carriedFiles } from '../core/target.js';
import type { DeclaredModel } from './declared-model.js';
import { aggregateTarget, inferredTarget, type InferredTarget } from './inferred-target.js';
import { jsonFields, manifests, namedFile, type Dependency, type Input } from './inputs.js';
import { sourceParts, type SourceParts } from './source-parts.js';

/** Where a model is, and how its targets are named. */
export interface ModelContext {
  /** The project's directory, relative to the workspace. */
  root: string;
  /** In front of each target's name. */
  prefix: string;
}

/** The files that declare the corpora and the toolchain that a model names: what shows results says where these come from. */
const declarationsOfOthers: readonly Input[] = ['corpus.json', 'corpus.lock.json', 'toolchain.json'].map((file) => `^{projectRoot}/${file}`);

/** The targets of a model, by name. */
export function modelTargets(model: DeclaredModel, { root, prefix }: ModelContext): Record<string, InferredTarget> {
  const at = (target: string): string => `${prefix}${target}`;
  // As objects: a text such as `plan:*` could also mean a project of that name.
  const own = (target: string): Dependency => ({ target: at(target) });
  const of = (project: string, target: string): Dependency => ({ projects: [project], target: at(target) });
  const recipe = (...fields: string[]): Input => jsonFields('model.json', fields);
  const lock = (...fields: string[]): Input => jsonFields('model.lock.json', fields);
  const file = (path: string | null): (Input | null)[] => (path === null ? [] : [namedFile(root, path)]);
  const source = (declared: Parameters<typeof sourceParts>[0]): SourceParts => sourceParts(declared, { root, toolchain: model.toolchain, prefix });
  const corpus = (project: string | null | undefined): Dependency | null => (project === null || project === undefined ? null : of(project, 'fetch'));

  const { variants, references, evaluation, imatrix } = model;
  const names = [...variants.map(({ name }) => name), ...references.map(({ name }) => name)];
  const build = of(model.toolchain, 'build');
  const matrix = imatrix === null ? null : own('imatrix');
  const evaluationCorpus = corpus(evaluation?.corpus);
  const calibrationCorpus = imatrix !== null && 'corpus' in imatrix ? corpus(imatrix.corpus) : null;
  const isReference = new Set(references.map(({ name }) => name));
  const made = (name: string): Dependency => own(`${isReference.has(name) ? 'reference' : 'quantize'}:${name}`);
  const all = (...kinds: string[]): Dependency[] => kinds.filter((kind) => has[kind] !== false).map((kind) => own(`${kind}:*`));
  const has: Record<string, boolean> = { plan: variants.length > 0, quantize: variants.length > 0, reference: references.length > 0, kld: evaluation !== null && names.length > 0, bench: names.length > 0 };

  const fetched = source(model.source);
  const targets: Record<string, InferredTarget> = {
    fetch: inferredTarget({
      executor: 'fetch', description: 'Brings the files of the source into the store.',
      cache: fetched.cache,
      inputs: [recipe('source', 'toolchain'), lock('source'), ...fetched.inputs, manifests],
      outputs: ['fetch/artifact.json', `fetch/${carriedFiles.fetch}`],
      dependsOn: fetched.dependsOn,
    }),
    convert: inferredTarget({
      executor: 'convert', description: 'Converts the checkpoint to an unquantized GGUF.',
      inputs: [recipe('name', 'convert', 'toolchain'), ...file(model.metadata), manifests],
      outputs: ['convert/artifact.json'],
      dependsOn: [own('fetch'), of(model.toolchain, 'source'), of(model.toolchain, 'python')],
    }),
  };

  if (imatrix !== null) {
    const matrixSource = 'source' in imatrix ? source(imatrix.source) : null;
    targets['imatrix'] = inferredTarget({
      executor: 'imatrix', description: matrixSource === null ? 'Makes the importance matrix.' : 'Brings the importance matrix into the store.',
      cache: matrixSource?.cache ?? true,
      inputs: [recipe('imatrix', 'toolchain'), lock('imatrix'), ...(matrixSource?.inputs ?? []), manifests],
      outputs: ['imatrix/artifact.json', 'imatrix/planning.json'],
      dependsOn: matrixSource?.dependsOn ?? [own('convert'), build, calibrationCorpus],
    });
  }

  for (const { name, tensorTypes } of variants) {
    const isFromElsewhere = model.planFrom !== null;
    targets[`plan:${name}`] = inferredTarget({
      executor: 'plan', description: `Shows what llama-quantize will make of each tensor of ${name}, and why.`,
      options: { variant: name },
      cache: model.planFrom !== 'path',
      inputs: [
        recipe('toolchain', 'checks', 'imatrix', 'planFrom', `quantize.${name}`), lock('planFrom'), ...file(tensorTypes), manifests,
        { env: 'NX_GGUF_COMPARISON' },
        // A plan from elsewhere does not wait for the matrix, and looks at the one that is there.
        ...(isFromElsewhere && matrix !== null ? [{ fileset: '{workspaceRoot}/dist/{projectName}/imatrix/artifact.json', includeIgnored: true }] : []),
      ],
      outputs: [`plan/${name}/artifact.json`, `plan/${name}/${carriedFiles.plan}`, `plan/${name}/planning.json`],
      dependsOn: isFromElsewhere ? [build] : [own('convert'), matrix, build],
    });
    targets[`quantize:${name}`] = inferredTarget({
      executor: 'quantize', description: `Makes ${name} with llama-quantize.`,
      options: { variant: name },
      inputs: [recipe('name', 'toolchain', 'checks', `quantize.${name}`), ...file(tensorTypes), manifests],
      outputs: [`quantize/${name}/artifact.json`, `quantize/${name}/planning.json`],
      dependsOn: [own('convert'), matrix, build],
    });
  }

  for (const reference of references) {
    const parts = source(reference.source);
    targets[`reference:${reference.name}`] = inferredTarget({
      executor: 'reference', description: `Brings ${reference.name}, which somebody else made, into the store.`,
      options: { reference: reference.name },
      cache: parts.cache,
      inputs: [recipe('toolchain', `references.${reference.name}.source`), lock(`references.${reference.name}`), ...parts.inputs, manifests],
      outputs: [`reference/${reference.name}/artifact.json`, `reference/${reference.name}/planning.json`],
      dependsOn: parts.dependsOn,
    });
  }

  const measuring = [own('convert'), build, evaluationCorpus];
  if (evaluation !== null) {
    targets['kld-base'] = inferredTarget({
      executor: 'kld-base', description: 'Computes the logits of the unquantized model ahead and keeps them.',
      inputs: [recipe('name', 'evaluation', 'toolchain'), manifests],
      outputs: ['kld-base/artifact.json'],
      dependsOn: measuring,
    });
  }
  for (const name of evaluation === null ? [] : names) {
    // A reference is measured on the base pass of the variant that it is compared with.
    const together = references.find((reference) => reference.name === name)?.compareWith ?? null;
    targets[`kld:${name}`] = inferredTarget({
      executor: 'kld', description: `Measures how far ${name} is from the unquantized model.`,
      options: { variant: name },
      inputs: [recipe('name', 'evaluation', 'toolchain'), manifests],
      outputs: [`kld/${name}/artifact.json`, `kld/${name}/${carriedFiles.kld}`],
      dependsOn: [...measuring, made(name), together === null ? null : own(`quantize:${together}`)],
    });
  }
  for (const name of names) {
    targets[`bench:${name}`] = inferredTarget({
      executor: 'bench', description: `Measures the speed of ${name} on this machine.`,
      options: { variant: name },
      cache: false,
      inputs: [recipe('bench', 'toolchain'), manifests],
      outputs: [`bench/${name}/artifact.json`, `bench/${name}/bench.json`],
      dependsOn: [build, made(name)],
      more: { parallelism: false },
    });
  }

  const everything = all('quantize', 'reference');
  if (has['plan'] === true) targets['plan'] = aggregateTarget('Plans all variants.', all('plan'));
  if (has['quantize'] === true) targets['quantize'] = aggregateTarget('Makes all variants.', all('quantize'));
  if (has['reference'] === true) targets['reference'] = aggregateTarget('Brings all references.', all('reference'));
  if (has['kld'] === true) {
    targets['kld'] = aggregateTarget('Measures all variants and references.', all('kld'));
    targets['compare'] = inferredTarget({
      executor: 'compare', description: 'Says which of two is closer to the unquantized model.',
      cache: false, inputs: [recipe('name', 'evaluation', 'toolchain'), manifests],
      dependsOn: [...measuring, ...everything],
    });
  }
  if (has['bench'] === true) {
    targets['bench'] = inferredTarget({ executor: 'bench-table', description: 'Measures the speed of all variants and references on this machine.', cache: false, inputs: [manifests], dependsOn: all('bench') });
    targets['bench-compare'] = inferredTarget({ executor: 'bench-compare', description: 'Says which of two is faster on this machine.', cache: false, inputs: [recipe('bench', 'toolchain'), manifests], dependsOn: [build, ...everything], more: { parallelism: false } });
  }
  if (model.hasGates) {
    targets['gate'] = inferredTarget({
      executor: 'gate', description: 'Holds the variants to their gates.',
      inputs: [recipe('gates', 'toolchain'), manifests],
      outputs: ['gate/artifact.json'],
      dependsOn: all('quantize', 'reference', 'kld'),
    });
  }

  const benches: Input = { fileset: '{workspaceRoot}/dist/{projectName}/bench/*/bench.json', includeIgnored: true };
  const shown: (Input | null)[] = [
    recipe('name', 'description', 'toolchain', 'source', 'imatrix', 'quantize', 'references', 'evaluation', 'gates', 'card', 'publish'),
    '{projectRoot}/model.lock.json', benches,
    ...declarationsOfOthers,
    manifests,
  ];
  const evidence: (Dependency | null)[] = [
    own('fetch'), own('convert'), matrix, ...all('plan', 'quantize', 'kld', 'reference'),
    build, of(model.toolchain, 'python'), evaluationCorpus, calibrationCorpus,
  ];
  targets['card'] = inferredTarget({
    executor: 'card', description: 'Writes the model card from all results.',
    inputs: [...shown, ...file(model.template)], outputs: ['card/artifact.json'], dependsOn: evidence,
  });
  targets['report'] = inferredTarget({
    executor: 'report', description: 'Writes the same evidence as a page to explore.',
    inputs: shown, outputs: ['report/artifact.json', 'report/planning.json'], dependsOn: evidence,
  });
  targets['serve-report'] = inferredTarget({ executor: 'serve-report', description: 'Shows the report, and follows the results.', cache: false, inputs: [manifests], dependsOn: [own('report')], more: { continuous: true } });
  targets['publish'] = inferredTarget({ executor: 'publish', description: 'Publishes card and variants.', cache: false, inputs: [recipe('publish'), manifests], dependsOn: [own('card')] });
  targets['materialize'] = inferredTarget({ executor: 'materialize', description: 'Puts all GGUFs under dist/.', cache: false, inputs: [manifests], dependsOn: [own('convert'), ...all('quantize')] });
  targets['inspect'] = inferredTarget({ executor: 'inspect', description: 'Shows what a GGUF holds.', cache: false, inputs: [] });

  return Object.fromEntries(Object.entries(targets).map(([name, target]) => [at(name), target]));
}
