import { join } from 'node:path';
import { filesDirectory } from '../core/target.js';
import { isSameFile } from '../files/link-or-copy.js';
import type { ArtifactFiles, Surroundings } from '../recipe/ports.js';
import { placeBlob } from '../store/place-blob.js';
import type { PublishSource } from './publish-files.js';

/**
 * Files under dist/ are links to blobs. One whose blob was found damaged shows the damaged bytes still, which
 * nobody put there: the file is brought or made again, and linked again.
 */
export async function mendPlaces(
  project: string,
  sources: Iterable<PublishSource>,
  { environment: { workspace, store }, resolve }: ArtifactFiles & Surroundings,
): Promise<void> {
  for (const source of sources) {
    if (!('file' in source)) continue;
    const place = join(workspace.root, filesDirectory(project), source.file.name);
    if (!(await isSameFile(store.quarantined(source.file.sha256), place))) continue;
    await placeBlob(store, { ...source.file, path: await resolve(source.file) }, place);
  }
}
