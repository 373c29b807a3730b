import { join } from 'node:path';
import { GgufError, isGgufError } from '../core/errors.js';
import type { Evidence } from '../core/generated/evidence.generated.js';
import type { ReportModelsOptions } from '../core/generated/executors/report-models.generated.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { parseAs } from '../core/validate.js';
import { evidenceFile, readPageAssets, reportStep } from '../steps/evidence/report.js';
import { manifestText, readManifest } from '../store/actions.js';
import { writeDurably } from '../files/durable.js';
import { readSmallText } from '../files/small-file.js';
import { describeArtifact } from '../task/describe.js';
import { defaultToolchain } from '../workspace/declared-model.js';
import type { ArtifactFiles, HelperSteps, Surroundings, TargetManifests } from '../recipe/ports.js';
import { placeFiles } from '../results/placed-files.js';
import type { Execution } from '../task/run-executor.js';
import { manifestPath, targetName, type TargetRef } from '../core/target.js';
import { taskName } from '../workspace/workspace.js';

/** Writes the page about all models whose reports this one builds on, from the evidence that those left. */
export async function runReportModels({
  options,
  ref: refOf,
  environment,
  results,
  builtOn,
  print,
}: Execution<ReportModelsOptions>): Promise<void> {
  const ref = refOf('report');
  const models = await reportedModels(ref, { named: options.models, builtOn }, results);
  const manifest = await reportOfModels(ref, models, results);
  const { places, damaged } = await placeFiles(manifest, ref.project, {
    ...environment,
    root: environment.workspace.root,
  });
  if (damaged[0] !== undefined) throw damaged[0];
  print(`${describeArtifact(manifest, ref)}, about ${models.join(', ')}`);
  for (const place of places) print(`  ${place}`);
}

/**
 * The models of a page about several: those that are named, else those that the page builds on, else all that
 * have a report.
 * @throws GgufError `NO_REPORTS`
 */
export async function reportedModels(
  ref: TargetRef,
  { named, builtOn }: { named: readonly string[] | undefined; builtOn: ReadonlySet<string> | null },
  results: Surroundings,
): Promise<readonly string[]> {
  const models =
    named ??
    (await reported(
      [...(builtOn ?? Object.keys(results.environment.workspace.projects))].sort(),
      ref,
      results,
    ));
  if (models.length > 0) return models;
  throw new GgufError('NO_REPORTS', `${targetName(ref)} depends on no report of a model`, {
    hint: 'Give the target "dependsOn": [{ "projects": ["tag:type:model"], "target": "report" }] in project.json.',
  });
}

/** Makes the page about several models, and leaves its manifest where Nx expects it. */
export async function reportOfModels(
  ref: TargetRef,
  models: readonly string[],
  results: Surroundings & TargetManifests & HelperSteps & ArtifactFiles,
): Promise<Manifest> {
  const evidences: Evidence[] = [];
  for (const project of models) evidences.push(await evidenceOfReport(project, results));
  const manifest = await results.perform(reportStep(evidences, await readPageAssets()), defaultToolchain);
  await writeDurably(join(results.environment.workspace.root, manifestPath(ref)), manifestText(manifest));
  return manifest;
}

async function reported(
  projects: readonly string[],
  ref: TargetRef,
  { environment }: Surroundings,
): Promise<string[]> {
  const found: string[] = [];
  for (const project of projects) {
    if (project === ref.project) continue;
    const manifest = await readManifest(
      join(environment.workspace.root, manifestPath({ project, kind: 'report' })),
    ).catch(() => null);
    if (manifest?.files.some(({ name }) => name === evidenceFile) === true) found.push(project);
  }
  return found;
}

/** @throws GgufError `REPORT_OUTDATED` for evidence of another form than today's */
async function evidenceOfReport(
  project: string,
  results: Surroundings & TargetManifests & ArtifactFiles,
): Promise<Evidence> {
  const ref: TargetRef = { project, kind: 'report' };
  const file = (await results.upstream(ref)).files.find(({ name }) => name === evidenceFile);
  if (file === undefined)
    throw new GgufError('NO_REPORTS', `${targetName(ref)} is no report of one model`, {
      hint: 'Name projects of models.',
    });
  const text = await readSmallText(await results.resolve(file));
  try {
    return parseAs('evidence', text, `${evidenceFile} of ${targetName(ref)}`);
  } catch (cause) {
    if (!isGgufError(cause)) throw cause;
    throw new GgufError(
      'REPORT_OUTDATED',
      `${targetName(ref)} was made by another version of nx-gguf: ${cause.message}`,
      {
        cause,
        hint: `Run \`nx run ${taskName(ref, results.environment.workspace)}\`, which makes it anew.`,
      },
    );
  }
}
