import type { Manifest } from '../core/generated/manifest.generated.js';

/**
 * True for results that are uploaded unasked. Files of a `path` source are not: who has the source has them.
 * Those of other sources can be fetched from where they came, so sharing them is a choice. Kept base logits
 * are large, and go only when somebody who uses them wishes it.
 */
export function isUploaded(
  { step, facts }: Pick<Manifest, 'step' | 'facts'>,
  { sharesSources }: { sharesSources: boolean },
): boolean {
  if (step === 'kld-base') return false;
  if (step === 'reference') return sharesSources;
  const type = step === 'fetch' ? (facts['source'] as { type?: unknown } | undefined)?.type : undefined;
  if (type === 'path') return false;
  return sharesSources || type === undefined || type === 'command';
}
