import type { ImatrixEvidence } from '../../core/generated/evidence.generated.js';
import { fact } from '../facts.js';
import { corpusEvidence } from './corpus-evidence.js';
import { evidenceFiles } from './evidence-files.js';
import type { EvidenceInputs } from './evidence-inputs.js';

/** What is known of the importance matrix of a model. */
export function imatrixEvidence({
  manifest,
  origin,
  corpus,
  statistics,
}: NonNullable<EvidenceInputs['imatrix']>): ImatrixEvidence {
  const [file] = evidenceFiles(manifest.files);
  if (file === undefined) throw new Error('an importance matrix without a file');
  const [brought] = manifest.provenance.inputs.filter(({ role }) => role === 'imatrix');
  return {
    file,
    originalSha256: brought === undefined || brought.sha256 === file.sha256 ? null : brought.sha256,
    origin,
    corpus: corpus === null ? null : corpusEvidence(corpus, [manifest]),
    format: fact<'gguf' | 'legacy'>(manifest, 'format'),
    chunks: fact<number | string>(manifest, 'chunks'),
    chunkSize: fact<number | string>(manifest, 'chunkSize'),
    datasets: statistics?.datasets ?? null,
    tensors: fact<string[]>(manifest, 'tensors') ?? [],
    statistics: statistics?.statistics ?? null,
  };
}
