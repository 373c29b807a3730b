import { digestOf } from './digest.js';
import type { Manifest } from './generated/manifest.generated.js';
import type { Json } from './json/canonical-json.js';

/** A manifest with a digest of itself: a flipped bit in it that leaves valid JSON would be a wrong result. */
export function sealedManifest(manifest: Manifest): Record<string, Json> {
  const fields: Record<string, Json> = { ...(manifest as unknown as Record<string, Json>) };
  delete fields['digest'];
  return { ...fields, digest: digestOf(fields) };
}

/**
 * A manifest without the digest that it was written with, or null where that is not the digest of what it says.
 * One that older versions wrote has none; a flipped bit takes none away, as it would leave a field that no manifest has.
 */
export function unsealedManifest(sealed: Manifest): Manifest | null {
  const { digest, ...manifest } = sealed;
  return digest === undefined || digest === digestOf(manifest as unknown as Json) ? manifest : null;
}
