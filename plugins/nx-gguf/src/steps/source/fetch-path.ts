import { join } from 'node:path';
import type { Report } from '../../core/events.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { PathSource } from '../../core/generated/source.generated.js';
import type { SourceUse } from '../../core/source-use.js';
import { stepRegistry } from '../../core/step-registry.js';
import { reportSelection, selectionOf } from '../../upstream/selection/selection-report.js';
import { fileForCheckpoint, listFiles } from './list-files.js';
import { refusePointers } from './refuse-pointers.js';
import { inputsOf, type Step } from '../step.js';

/** Digest of a file outside the store; remembered as long as nobody has touched the file. */
export type Refer = (path: string) => Promise<{ sha256: string; sizeBytes: number }>;

/** How the files at a path are taken. */
export interface PathReading {
  refer: Refer;
  use: SourceUse;
  report: Report;
}

/**
 * Takes the files at a path as they are. Its key is the files' own digests, so it has to read them (once) to
 * be planned.
 * @param path absolute
 * @throws GgufError what `listFiles` and `fileForCheckpoint` say, `LFS_POINTER`
 */
export async function fetchPathStep(
  source: PathSource,
  path: string,
  { refer, use, report }: PathReading,
): Promise<Step> {
  const { directory, names, ...found } = await listFiles(path, source, use);
  reportSelection(found, report);
  await refusePointers(
    names.map((name) => ({ name, path: join(directory, name) })),
    `Run \`git lfs pull\` in ${directory}, or copy the files from where they are whole.`,
  );
  if (use.kind === 'checkpoint' && directory !== path) throw fileForCheckpoint(path);
  const files: ManifestFile[] = [];
  for (const name of names) files.push({ name, ...(await refer(join(directory, name))) });
  const facts = { source: { type: 'path', ...selectionOf(found.choice) } };
  return {
    action: {
      step: 'fetch',
      version: stepRegistry.fetch.logicVersion,
      parameters: { ...facts.source },
      inputs: inputsOf('source', files),
      toolchain: null,
    },
    run: () => Promise.resolve({ files: [], referred: files, facts, commands: [] }),
  };
}
