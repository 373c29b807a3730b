import { prettyJson, type Json } from '../../core/json/canonical-json.js';
import { GgufError } from '../../core/errors.js';
import type { Comparison, SequentialComparison } from '../../core/generated/comparison.generated.js';
import type { CompareOptions } from '../../core/generated/executors/compare.generated.js';
import { parseAs, validate } from '../../core/validate.js';
import type { NamedResult } from '../../kld/statistics/comparability.js';
import { compareResults } from '../../kld/statistics/compare-results.js';
import { kldFile } from '../../kld/tool/kld-result.js';
import { fullComparisonText, sequentialComparisonText } from '../../report/comparison-text.js';
import { fact } from '../../steps/facts.js';
import { sequentialStep } from '../../steps/measure/sequential-comparison.js';
import type { ArtifactFiles, TargetManifests } from '../../recipe/ports.js';
import { recipeToMeasurement } from '../../recipe/recipe-to-step.js';
import type { Execution } from '../../task/run-executor.js';
import { targetName, type TargetRef } from '../../core/target.js';
import { readSmallText } from '../../files/small-file.js';
import { oneFile } from '../../recipe/upstream-files.js';

/**
 * Says which of two variants or references is closer: from complete measurements, or from as much of them as
 * it takes.
 */
export async function runCompare(execution: Execution<CompareOptions>): Promise<void> {
  const { a, b, sequential = false, chunks, format } = execution.options;
  if (a === b)
    throw new GgufError('BAD_OPTIONS', `${a} is compared with itself`, {
      hint: 'Give --a and --b the names of two variants or references.',
    });
  if (chunks !== undefined && !sequential)
    throw new GgufError(
      'BAD_OPTIONS',
      '--chunks is for --sequential only: without it, complete measurements are compared',
      { hint: 'The chunks of a measurement are those of "evaluation" in model.json.' },
    );
  const comparison = sequential ? await compareEarly(execution) : await compareMeasured(execution);
  execution.print(
    format === 'json'
      ? prettyJson(comparison as unknown as Json).trimEnd()
      : comparison.mode === 'full'
        ? fullComparisonText(comparison)
        : sequentialComparisonText(comparison),
  );
}

/** Models without a measurement are measured first, both on one base pass. */
async function compareMeasured({
  project,
  results,
  options,
}: Execution<CompareOptions>): Promise<Comparison> {
  const refs = [options.a, options.b].map((variant): TargetRef => ({ project, kind: 'kld', variant }));
  const failures: unknown[] = [];
  await results.measure(refs, (_, ending) => {
    if ('error' in ending) failures.push(ending.error);
    return Promise.resolve();
  });
  if (failures.length > 0) throw failures[0];
  const [a, b] = (await Promise.all(refs.map((ref) => namedResult(ref, results)))) as [
    NamedResult,
    NamedResult,
  ];
  return compareResults(a, b, { confidencePercent: options.confidence ?? 95 });
}

async function compareEarly({
  project,
  results,
  options,
}: Execution<CompareOptions>): Promise<SequentialComparison> {
  const planned = (variant: string) => recipeToMeasurement({ project, kind: 'kld', variant }, results);
  const [a, b] = [await planned(options.a), await planned(options.b)];
  const step = sequentialStep({
    a: a.step,
    b: b.step,
    settings: a.settings,
    confidencePercent: options.confidence ?? 95,
    budgetChunks: options.chunks ?? null,
  });
  const manifest = await results.perform(step, a.toolchain, { needFiles: false });
  return validate(
    'comparison',
    fact(manifest, 'comparison'),
    'sequential comparison',
  ) as SequentialComparison;
}

async function namedResult(ref: TargetRef, results: TargetManifests & ArtifactFiles): Promise<NamedResult> {
  const manifest = await results.upstream(ref);
  const text = await readSmallText(await results.resolve(oneFile(manifest, kldFile, targetName(ref))));
  return { name: ref.variant ?? '', result: parseAs('kld', text, `${kldFile} of ${targetName(ref)}`) };
}
