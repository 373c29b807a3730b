import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { prettyJson, type Json } from '../../core/json/canonical-json.js';
import { sha256 } from '../../core/digest.js';
import { isGgufError } from '../../core/errors.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import { manifestPath, targetName, type TargetRef } from '../../core/target.js';
import { runBenchCompare } from '../../executors/bench-compare/run-bench-compare.js';
import { runBenchTable } from '../../executors/bench-table/run-bench-table.js';
import { runBench } from '../../executors/bench/run-bench.js';
import { runCompare } from '../../executors/compare/run-compare.js';
import { runInspect } from '../../executors/inspect/run-inspect.js';
import { runPlan } from '../../executors/plan/run-plan.js';
import { tinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { resultOf } from '../../kld/testing/chunk-series.js';
import { runPublish } from '../../publishing/publish.js';
import { noRemotes } from '../../remote/create-remotes.js';
import { reportedModels } from '../../report-server/report-models.js';
import type { Environment, Results } from '../../results/results.js';
import { dryRun } from '../../quant/testing/dry-runs.js';
import { quantizationPlan } from '../../quant/plan/tensor-plan.js';
import { put, temporaryDirectory, temporaryStore } from '../../store/testing/temporary-store.js';
import { execution, type Execution } from '../../task/run-executor.js';
import { runTarget } from '../../task/run-target.js';
import { prefixed } from './model-rows.js';
import type { Row, Rows } from './row.js';

const model = {
  name: 'M',
  source: { type: 'path', path: 'checkpoint' },
  quantize: { a: { ftype: 'Q4_K_M' }, b: { ftype: 'Q6_K' } },
  evaluation: { corpus: 'texts' },
  publish: { to: { type: 'directory', path: 'out' }, files: ['variants'] },
};
const run = dryRun('blk.0.attn_v.weight f16 q4_K');
const plan = quantizationPlan({ rules: [], options: { ftype: 'Q4_K_M' }, actual: run, stock: run });
const ggufs = {
  'a.gguf': tinyGguf({ metadata: [['general.name', 'string', 'A']] }),
  'b.gguf': tinyGguf({ metadata: [['general.name', 'string', 'B']] }),
};

/** An executor's work with these options, over results that only note what they are asked for. */
async function working<O extends object>(
  work: (execution: Execution<O>) => Promise<unknown>,
  options: object,
  declared: object = model,
) {
  const root = temporaryDirectory();
  const seen: unknown[] = [];
  const store = temporaryStore();
  for (const [path, content] of Object.entries({
    'm/model.json': declared,
    'texts/corpus.json': { source: { type: 'path', path: 'a.txt' } },
    'llama-cpp/toolchain.json': {
      source: { type: 'git', url: join(root, 'none.git'), commit: 'c'.repeat(40) },
    },
    'plan.json': plan,
    'kld-a.json': resultOf([0.1, 0.2, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2, 0.3]),
    'kld-b.json': resultOf([0.3, 0.4, 0.3, 0.4, 0.3, 0.4, 0.3, 0.4, 0.5]),
    'one.json': '{}',
  }))
    put(join(root, path), typeof content === 'string' ? content : prettyJson(content as unknown as Json));
  for (const [name, bytes] of Object.entries(ggufs)) writeFileSync(join(root, name), bytes);
  const manifestOf = (ref: TargetRef): Manifest => {
    const name =
      { plan: 'plan.json', kld: 'kld.json', bench: 'bench.json' }[ref.kind as string] ??
      `${ref.variant ?? 'a'}.gguf`;
    return {
      format: 1,
      step: ref.kind,
      actionKey: sha256(targetName(ref)),
      files: [{ name, sha256: sha256(`${ref.kind} ${ref.variant ?? ''}`), sizeBytes: 10 }],
      facts: {},
      provenance: { inputs: [], toolchain: null, commands: [] },
    };
  };
  // Results of another recipe: what `publish` calls stale.
  for (const ref of [
    { project: 'texts', kind: 'fetch' },
    { project: 'm', kind: 'fetch' },
    { project: 'm', kind: 'convert' },
  ] as const)
    put(join(root, manifestPath(ref)), prettyJson(manifestOf(ref) as unknown as Json));
  const environment: Environment = {
    workspace: {
      root,
      projects: Object.fromEntries(['m', 'texts', 'llama-cpp'].map((name) => [name, { root: name }])),
    },
    store,
    remotes: noRemotes(store),
    env: { HOME: root },
    report: (event) => {
      if ('message' in event) seen.push(event.message);
    },
    signal: undefined,
  };
  const context = {
    root,
    projectName: 'm',
    targetName: 't',
    projectsConfigurations: { version: 2, projects: {} },
    nxJsonConfiguration: {},
  } as unknown as ExecutorContext;
  const real = execution(options as O, context, { environment, print: (text) => seen.push(text) });
  const noted = (what: string, value: unknown): void => void seen.push([what, value]);
  const results: Results = {
    ...real.results,
    upstream: (ref) => {
      noted('upstream', ref);
      return Promise.resolve(manifestOf(ref));
    },
    obtain: (ref, how) => {
      noted('obtain', [ref, how]);
      return Promise.resolve({ manifest: manifestOf(ref), origin: 'run' });
    },
    verify: (ref) => {
      noted('verify', ref);
      return Promise.resolve();
    },
    measure: (refs) => {
      noted('measure', refs);
      return Promise.resolve();
    },
    perform: (step) => {
      noted('perform', { ...step.action, parameters: withoutMachine(step.action.parameters) });
      return Promise.reject(new Error('nothing is performed'));
    },
    toolchain: () => ({ identity: () => Promise.resolve({}) }),
    resolve: ({ name, sha256: digest }) =>
      Promise.resolve(
        join(root, name === 'kld.json' ? (digest === sha256('kld a') ? 'kld-a.json' : 'kld-b.json') : name),
      ),
  };
  const error = await work({ ...real, results }).then(
    () => null,
    (cause: unknown) => (isGgufError(cause) ? `${cause.code}: ${cause.message}` : (cause as Error).message),
  );
  return JSON.parse(JSON.stringify({ seen, error }).replaceAll(root, '')) as unknown;
}

/** Speeds are measured on an occasion, on a machine: neither is an option. */
function withoutMachine(parameters: Json): unknown {
  const entries = Object.entries(parameters as Record<string, Json>);
  return Object.fromEntries(entries.filter(([name]) => name !== 'occasion' && name !== 'machine'));
}

function option<O extends object>(
  work: (execution: Execution<O>) => Promise<unknown>,
  [field, one, other]: readonly [string, unknown, unknown],
  more: object = {},
): Row {
  return { values: [one, other], observe: (value) => working(work, { ...more, [field]: value }) };
}

/** What every executor hands to the steps that it runs. */
const threads: Row = {
  values: [3, 4],
  observe: async (count) => {
    const probe = { step: 'probe', version: 1, parameters: {}, inputs: [], toolchain: null } as unknown;
    const real: unknown[] = [];
    await working(
      async (given) => {
        const { results } = execution(
          given.options,
          { projectName: 'm', root: '' } as ExecutorContext,
          given,
        );
        const { facts } = await results.perform(
          {
            action: probe as Parameters<Results['perform']>[0]['action'],
            run: (bench) =>
              Promise.resolve({ files: [], facts: { threads: bench.threads ?? null }, commands: [] }),
          },
          'llama-cpp',
        );
        real.push(facts);
      },
      { threads: count },
    );
    return real;
  },
};
const bandwidth: Row = {
  values: [1000, 2000],
  observe: (maxBytesPerSecond) =>
    working(
      ({ results, print }) => {
        print(JSON.stringify(results.transfer));
        return Promise.resolve();
      },
      { maxBytesPerSecond },
    ),
};
const named = (field: 'variant' | 'reference', kind: TargetRef['kind']): Row => ({
  values: ['a', 'b'],
  observe: (value) =>
    working(
      ({ ref, print }) => {
        print(targetName(ref(kind)));
        return Promise.resolve();
      },
      { [field]: value },
    ),
});

const sides = { a: 'a', b: 'b' };
const unmeasured = { name: model.name, source: model.source, quantize: {}, publish: model.publish };
const publish = (field: string, values: readonly [unknown, unknown], more: object = {}): Row => ({
  values,
  observe: (value) =>
    working(runPublish, { allowStale: true, allowFailedGates: true, ...more, [field]: value }, unmeasured),
});

/** The options of executors. */
export const optionRows: Rows = {
  ...prefixed('executors/', {
    'bench: variant': named('variant', 'bench'),
    'bench: again': option(runBench, ['again', true, false], { variant: 'a' }),
    'bench-compare: a': option(runBenchCompare, ['a', 'a', 'b'], { b: 'b' }),
    'bench-compare: b': option(runBenchCompare, ['b', 'a', 'b'], { a: 'a' }),
    'bench-compare: pairs': option(runBenchCompare, ['pairs', 4, 6], sides),
    'bench-table: with': option(runBenchTable, ['with', ['one.json'], ['none.json']]),
    'compare: a': option(runCompare, ['a', 'a', 'b'], { b: 'b' }),
    'compare: b': option(runCompare, ['b', 'a', 'b'], { a: 'a' }),
    'compare: confidence': option(runCompare, ['confidence', 90, 95], sides),
    'compare: sequential': option(runCompare, ['sequential', true, false], sides),
    'compare: chunks': option(runCompare, ['chunks', 4, 8], { ...sides, sequential: true }),
    'compare: format': option(runCompare, ['format', 'json', 'table'], sides),
    'compare: threads': threads,
    'fetch: maxBytesPerSecond': bandwidth,
    'imatrix: maxBytesPerSecond': bandwidth,
    'imatrix: threads': threads,
    'inspect: variant': option(runInspect, ['variant', 'a', 'b']),
    'inspect: file': option(runInspect, ['file', 'a.gguf', 'b.gguf']),
    'inspect: against': option(runInspect, ['against', 'a.gguf', 'b.gguf'], { file: 'a.gguf' }),
    'inspect: json': option(runInspect, ['json', true, false], { file: 'a.gguf' }),
    'kld: variant': named('variant', 'kld'),
    'kld: threads': threads,
    'kld: parallel': {
      values: [1, 2],
      observe: (parallel) =>
        working(
          (given: Execution<{ variant: string; parallel?: number }>) =>
            runTarget('kld', given, { parallel: given.options.parallel }),
          { variant: 'a', parallel },
        ),
    },
    'kld-base: threads': threads,
    'plan: variant': named('variant', 'plan'),
    'plan: from': option(runPlan, ['from', 'a.gguf', 'b.gguf'], { variant: 'a' }),
    'plan: against': option(runPlan, ['against', 'plan.json', undefined], { variant: 'a' }),
    'plan: format': option(runPlan, ['format', 'json', 'table'], { variant: 'a' }),
    'publish: dryRun': publish('dryRun', [true, false]),
    'publish: repository': publish('repository', ['me/one', 'not a repository']),
    'publish: path': publish('path', ['one', 'two']),
    'publish: url': publish('url', ['/nowhere/one.git', '/nowhere/two.git']),
    'publish: branch': publish('branch', ['one', undefined]),
    'publish: visibility': publish('visibility', ['public', undefined]),
    'publish: variants': publish('variants', [['none'], []]),
    'publish: allowFailedGates': publish('allowFailedGates', [true, false]),
    'publish: allowStale': publish('allowStale', [true, false]),
    'publish: format': publish('format', ['json', 'table']),
    'publish: maxBytesPerSecond': bandwidth,
    'quantize: variant': named('variant', 'quantize'),
    'quantize: threads': threads,
    'quantize: verify': {
      values: [true, false],
      observe: (verify) => working((given) => runTarget('quantize', given), { variant: 'a', verify }),
    },
    'reference: reference': named('reference', 'reference'),
    'reference: maxBytesPerSecond': bandwidth,
    'report-models: models': {
      values: [['a'], ['b']],
      observe: (models) =>
        working(
          async ({ results, print, options }: Execution<{ models?: readonly string[] }>) =>
            print(
              JSON.stringify(
                await reportedModels(
                  { project: 'all', kind: 'report' },
                  { named: options.models, builtOn: null },
                  results,
                ),
              ),
            ),
          { models },
        ),
    },
  }),
};
