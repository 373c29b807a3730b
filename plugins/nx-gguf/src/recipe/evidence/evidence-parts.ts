import { dirname, join } from 'node:path';
import type { BenchResult } from '../../core/generated/bench.generated.js';
import type { Origin } from '../../core/generated/evidence.generated.js';
import type { Lock } from '../../core/generated/lock.generated.js';
import type { CorpusFile, Model } from '../../core/generated/model.generated.js';
import type { Source } from '../../core/generated/source.generated.js';
import { lockedEntry, type LockPlace } from '../../core/lock-entry.js';
import { parseAs, type Schemas } from '../../core/validate.js';
import { kldFile } from '../../kld/tool/kld-result.js';
import { benchFile } from '../../steps/bench/bench.js';
import type { CorpusArtifact, EvidenceInputs, TargetArtifact } from '../../steps/evidence/evidence-inputs.js';
import type { MeasuredArtifact } from '../../steps/evidence/measurement.js';
import { originOf, type OriginInputs } from '../../steps/evidence/origin.js';
import { fact } from '../../steps/facts.js';
import { imatrixStatisticsOf, imatrixStatisticsStep } from '../../steps/imatrix/imatrix-statistics.js';
import { readLock } from '../lock-file.js';
import type { ArtifactFiles, HelperSteps, Surroundings, TargetManifests } from '../ports.js';
import { manifestPath, targetName, type TargetRef } from '../../core/target.js';
import { readSmallText } from '../../files/small-file.js';
import { projectDirectory, readConfig } from '../../workspace/workspace.js';

const readmeBytes = 1 << 20;

/**
 * How the parts of a model's evidence are had from the targets of its project, as their last runs left them.
 */
export function evidenceParts(
  ref: TargetRef,
  ports: Surroundings & TargetManifests & HelperSteps & ArtifactFiles,
  lock: Lock | null,
) {
  const text = async (
    name: string,
    { manifest }: TargetArtifact,
    limitBytes = Infinity,
  ): Promise<string | null> => {
    const found = manifest.files.find((file) => file.name === name);
    return found === undefined || found.sizeBytes > limitBytes
      ? null
      : readSmallText(await ports.resolve(found));
  };
  const parsed = async <K extends 'plan' | 'kld'>(
    kind: K,
    name: string,
    artifact: TargetArtifact,
  ): Promise<Schemas[K] | null> => {
    const found = await text(name, artifact);
    return found === null ? null : parseAs(kind, found, `${name} of ${artifact.target}`);
  };
  const artifactOf = async (of: TargetRef): Promise<TargetArtifact> => ({
    target: targetName(of),
    manifest: await ports.upstream(of),
  });
  const artifact = (kind: TargetRef['kind'], variant?: string) =>
    artifactOf({ project: ref.project, kind, ...(variant === undefined ? {} : { variant }) });
  const origin = (
    declared: Source,
    place: LockPlace,
    {
      manifest,
      files = manifest.files,
    }: Pick<TargetArtifact, 'manifest'> & Partial<Pick<OriginInputs, 'files'>>,
  ): Origin =>
    originOf({
      declared,
      files,
      directory: directoryOf(ref.project, ports),
      locked: lock === null ? null : lockedEntry(lock, place),
      commit: fact<{ commit?: string }>(manifest, 'source')?.commit ?? null,
    });
  const corpus = async (of: CorpusFile): Promise<CorpusArtifact> => {
    const { project, file: wanted } = typeof of === 'string' ? { project: of, file: undefined } : of;
    const { workspace } = ports.environment;
    const made = await artifactOf({ project, kind: 'fetch' });
    const { source } = await readConfig(workspace, 'corpus', project);
    const corpusLock = await readLock(workspace, { project, kind: 'corpus' });
    const files = made.manifest.files.filter(({ name }) => wanted === undefined || name === wanted);
    return {
      target: made.target,
      project,
      manifest: { ...made.manifest, files },
      origin: originOf({
        declared: source,
        files,
        directory: directoryOf(project, ports),
        locked: corpusLock?.source ?? null,
        commit: fact<{ commit?: string }>(made.manifest, 'source')?.commit ?? null,
      }),
    };
  };
  return {
    artifact,
    origin,
    corpus,
    parsed,
    readme: (source: TargetArtifact) => text('README.md', source, readmeBytes),
    measured: async (name: string): Promise<MeasuredArtifact> => {
      const made = await artifact('kld', name);
      return { ...made, result: await parsed('kld', kldFile, made) };
    },
    // Speeds are not measured for a card: the results of the last measurements are taken.
    bench: async (variant: string): Promise<BenchResult | null> => {
      const place = join(dirname(manifestPath({ project: ref.project, kind: 'bench', variant })), benchFile);
      const found = await readSmallText(join(ports.environment.workspace.root, place)).catch(() => null);
      return found === null ? null : parseAs('bench', found, place);
    },
    imatrix: async (
      settings: NonNullable<Model['imatrix']>,
      statisticsWith: string | null,
    ): Promise<EvidenceInputs['imatrix']> => {
      const made = await artifact('imatrix');
      const [file] = made.manifest.files;
      const statistics =
        statisticsWith === null || file === undefined
          ? null
          : imatrixStatisticsOf(
              await ports.perform(imatrixStatisticsStep(file), statisticsWith, { needFiles: false }),
            );
      return settings.type === 'file'
        ? {
            ...made,
            statistics,
            corpus: null,
            // The file itself may be a copy without paths, which is nowhere else.
            origin: origin(settings.source, 'imatrix', { ...made, files: made.manifest.provenance.inputs }),
          }
        : { ...made, statistics, origin: null, corpus: await corpus(settings.corpus) };
    },
  };
}

/** A project's directory, relative to the workspace. */
export function directoryOf(project: string, ports: Surroundings): string {
  const { workspace } = ports.environment;
  projectDirectory(workspace, project, project);
  return workspace.projects[project]?.root ?? '';
}
