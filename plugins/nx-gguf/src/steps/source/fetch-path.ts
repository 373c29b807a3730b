import { join } from 'node:path';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { PathSource } from '../../core/generated/source.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import { listFiles } from './list-files.js';
import { inputsOf, type Step } from '../step.js';

/** Digest of a file outside the store; remembered while size and mtime stand. */
export type Refer = (path: string) => Promise<{ sha256: string; sizeBytes: number }>;

/**
 * Takes the files at a path as they are. Its key is the files' own digests, so it has to read them (once) to
 * be planned.
 * @param path absolute
 */
export async function fetchPathStep(source: PathSource, path: string, refer: Refer): Promise<Step> {
  const { directory, names } = await listFiles(path, source);
  const files: ManifestFile[] = [];
  for (const name of names) files.push({ name, ...(await refer(join(directory, name))) });
  return {
    action: {
      step: 'fetch',
      version: stepRegistry.fetch.logicVersion,
      parameters: { type: 'path' },
      inputs: inputsOf('source', files),
      toolchain: null,
    },
    run: () =>
      Promise.resolve({ files: [], referred: files, facts: { source: { type: 'path' } }, commands: [] }),
  };
}
