import type { CorpusEvidence } from '../../core/generated/evidence.generated.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import { evidenceFiles } from './evidence-files.js';
import type { CorpusArtifact } from './evidence-inputs.js';

/** The text as the steps that read it recorded it; its size where the corpus still has it. */
export function corpusEvidence(
  { project, origin, manifest }: CorpusArtifact,
  readers: readonly Manifest[],
): CorpusEvidence {
  const read = readers.flatMap(({ provenance }) => provenance.inputs).find(({ role }) => role === 'corpus');
  const known = manifest.files.find(({ sha256, name }) =>
    read === undefined ? true : sha256 === read.sha256 && name === read.name,
  );
  const [file] = known === undefined ? [] : evidenceFiles([known]);
  return {
    project,
    origin,
    file: file ?? { name: read?.name ?? '', sizeBytes: null, sha256: read?.sha256 ?? '' },
  };
}
