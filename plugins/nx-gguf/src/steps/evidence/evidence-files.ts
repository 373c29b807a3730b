import type { EvidenceFile } from '../../core/generated/evidence.generated.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';

/** The files of a manifest as evidence names them. */
export function evidenceFiles(of: readonly ManifestFile[]): EvidenceFile[] {
  return of.map(({ name, sizeBytes, sha256 }) => ({ name, sizeBytes, sha256 }));
}
