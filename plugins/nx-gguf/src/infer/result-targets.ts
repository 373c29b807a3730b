import { inferredTarget, type InferredTarget } from './inferred-target.js';
import { manifests, type Dependency, type Input } from './inputs.js';
import type { ModelContext } from './model-context.js';

/**
 * The files that declare the corpora and the toolchain that a model names: what shows results says where
 * these come from.
 */
const declarationsOfOthers: readonly Input[] = ['corpus.json', 'corpus.lock.json', 'toolchain.json'].map(
  (file) => `^{projectRoot}/${file}`,
);

/** Speeds are not measured for a card or a report: they show those that are there. */
const speeds: Input = {
  fileset: '{workspaceRoot}/dist/{projectName}/bench/*/bench.json',
  includeIgnored: true,
};

/** The targets that show, publish and look into what was made. */
export function resultTargets({
  model,
  recipe,
  file,
  own,
  of,
  all,
  build,
  matrix,
  evaluationCorpus,
  calibrationCorpus,
}: ModelContext): Record<string, InferredTarget> {
  const shown: Input[] = [
    recipe(
      'name',
      'description',
      'toolchain',
      'source',
      'imatrix',
      'quantize',
      'references',
      'evaluation',
      'gates',
      'card',
      'publish',
    ),
    '{projectRoot}/model.lock.json',
    speeds,
    ...declarationsOfOthers,
    manifests,
  ];
  const evidence: (Dependency | null)[] = [
    own('fetch'),
    own('convert'),
    matrix,
    ...all('plan', 'quantize', 'kld', 'reference'),
    build,
    of(model.toolchain, 'python'),
    evaluationCorpus,
    calibrationCorpus,
  ];
  return {
    card: inferredTarget({
      executor: 'card',
      description: 'Writes the model card from all results.',
      inputs: [...shown, ...file(model.template)],
      outputs: ['card/artifact.json'],
      dependsOn: evidence,
    }),
    report: inferredTarget({
      executor: 'report',
      description: 'Writes the same evidence as a page to explore.',
      inputs: shown,
      outputs: ['report/artifact.json', 'report/planning.json'],
      dependsOn: evidence,
    }),
    'serve-report': inferredTarget({
      executor: 'serve-report',
      description: 'Shows the report, and follows the results.',
      cache: false,
      inputs: [manifests],
      dependsOn: [own('report')],
      more: { continuous: true },
    }),
    publish: inferredTarget({
      executor: 'publish',
      description: 'Publishes card and variants.',
      cache: false,
      inputs: [recipe('publish'), manifests],
      dependsOn: [own('card')],
    }),
    materialize: inferredTarget({
      executor: 'materialize',
      description: 'Puts all GGUFs under dist/.',
      cache: false,
      inputs: [manifests],
      dependsOn: [own('convert'), ...all('quantize')],
    }),
    inspect: inferredTarget({
      executor: 'inspect',
      description: 'Shows what a GGUF holds.',
      cache: false,
      inputs: [],
    }),
  };
}
