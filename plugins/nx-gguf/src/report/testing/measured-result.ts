import type { Measurement } from '../../core/generated/evidence.generated.js';
import type { KldResult } from '../../core/generated/kld.generated.js';

/** A measurement as the step `kld` keeps it; what is not given of its subject is made up. */
export function measuredResult(
  measurement: Measurement | null,
  subject: Partial<KldResult['subject']> = {},
): KldResult {
  return {
    format: 1,
    method: 'llama-perplexity',
    subject: {
      variant: [],
      base: [],
      corpus: { name: 'x', sha256: 'a'.repeat(64) },
      parameters: { ctx: 512, chunks: -1, batch: 2048, ubatch: 512 },
      toolchain: 'b'.repeat(64),
      ...subject,
    },
    ...measurement,
  } as unknown as KldResult;
}
