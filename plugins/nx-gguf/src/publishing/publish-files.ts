import { pathCollisions, pathProblem } from '../core/safe-path.js';
import { gitBlobOid, sha256 } from '../core/digest.js';
import { GgufError } from '../core/errors.js';
import type { ManifestFile } from '../core/generated/manifest.generated.js';
import type { Model } from '../core/generated/model.generated.js';
import type { PublishedFile } from '../core/generated/published.generated.js';
import { largeFileBytes } from '../publication/lfs-attributes.js';
import { recordFile } from '../publication/record.js';
import type { ResolvedSettings } from '../publication/settings.js';
import { planFile } from '../steps/quantize/tensor-plan.js';
import { prettyJson, type Json } from '../core/json/canonical-json.js';
import { readSound } from '../store/sound-bytes.js';
import type {
  ArtifactFiles,
  HelperSteps,
  Surroundings,
  TargetManifests,
  ToolchainIdentities,
} from '../recipe/ports.js';
import { partsAbove } from '../recipe/evidence/published-parts.js';
import type { TargetKind } from '../core/step-registry.js';
import { oneFile } from '../recipe/upstream-files.js';

/** The origin of a published file: an artifact, or a text that is made here. */
export type PublishSource = { file: ManifestFile } | { text: string };

/** The files to publish, by their paths at the destination. */
export interface FilesToPublish {
  files: PublishedFile[];
  sources: Map<string, PublishSource>;
}

/** What the collecting has at hand. */
export interface Collecting {
  project: string;
  model: Model;
  settings: ResolvedSettings;
  results: TargetManifests & ToolchainIdentities & HelperSteps & ArtifactFiles & Surroundings;
}

/** Collects what the settings name from the manifests; GGUFs that are too large are split first. */
export async function filesToPublish(collecting: Collecting): Promise<FilesToPublish> {
  const sources = new Map<string, PublishSource>();
  const found = await collected(collecting);
  checkPaths(
    found.map(([path]) => path),
    collecting.project,
  );
  const files: PublishedFile[] = [];
  for (const [path, source] of found) {
    sources.set(path, source);
    files.push(await published(path, source, collecting.results));
  }
  return { files, sources };
}

async function collected(collecting: Collecting): Promise<[string, PublishSource][]> {
  const { project, settings, results } = collecting;
  const found: [string, PublishSource][] = [];
  const of = (kind: TargetKind, variant?: string) =>
    results.upstream({ project, kind, ...(variant === undefined ? {} : { variant }) });
  const put = (files: readonly ManifestFile[]): void => {
    found.push(...files.map((file): [string, PublishSource] => [file.name, { file }]));
  };
  if (settings.files.has('unquantized')) put(await splitted((await of('convert')).files, collecting));
  for (const variant of settings.variants) {
    if (settings.files.has('variants'))
      put(await splitted((await of('quantize', variant)).files, collecting));
    if (settings.files.has('plan'))
      found.push([`plan/${variant}.json`, { file: oneFile(await of('plan', variant), planFile, 'plan') }]);
    if (settings.files.has('kld'))
      found.push([
        `kld/${variant}.json`,
        { text: prettyJson((await of('kld', variant)) as unknown as Json) },
      ]);
  }
  if (settings.files.has('imatrix')) put((await of('imatrix')).files);
  if (settings.files.has('card')) put((await of('card')).files);
  return found;
}

async function splitted(
  files: readonly ManifestFile[],
  { project, model, settings, results }: Collecting,
): Promise<readonly ManifestFile[]> {
  return (
    (await partsAbove(files, { project, model, maxSize: settings.splitMaxSize }, results))?.files ?? files
  );
}

function checkPaths(paths: readonly string[], project: string): void {
  const problems = [
    ...paths.flatMap((path) => {
      const problem = pathProblem(path);
      return problem === null ? [] : [`${path}: ${problem}`];
    }),
    ...pathCollisions([...paths, recordFile]).map(
      ([one, other]) => `${one} and ${other} cannot be beside each other`,
    ),
  ];
  if (problems.length > 0) throw new GgufError('BAD_FILE_NAME', `${project}:publish: ${problems.join('\n')}`);
}

/**
 * A hub lists small files by git's digest, so theirs is computed; those that are large or GGUFs are in LFS
 * everywhere.
 */
async function published(
  path: string,
  source: PublishSource,
  results: ArtifactFiles & Surroundings,
): Promise<PublishedFile> {
  if ('text' in source) {
    const bytes = Buffer.from(source.text);
    return { path, sizeBytes: bytes.length, sha256: sha256(bytes), gitOid: gitBlobOid(bytes) };
  }
  const { sizeBytes, sha256: digest } = source.file;
  if (path.endsWith('.gguf') || sizeBytes > largeFileBytes) return { path, sizeBytes, sha256: digest };
  const found = { name: path, sizeBytes, sha256: digest, path: await results.resolve(source.file) };
  return {
    path,
    sizeBytes,
    sha256: digest,
    gitOid: gitBlobOid(await readSound(results.environment.store, found)),
  };
}
