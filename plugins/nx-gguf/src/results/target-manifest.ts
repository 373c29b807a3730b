import { join } from 'node:path';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { manifestPath, type TargetRef } from '../core/target.js';
import { writeDurably } from '../files/durable.js';
import { readSmallText } from '../files/small-file.js';
import type { Remotes } from '../remote/remotes.js';
import { manifestText, readManifest } from '../store/actions.js';
import type { StoreLayout } from '../store/layout.js';
import { leaveCarriedFile } from './nx-outputs.js';

/** Where the manifests of a workspace are, and the store and the remotes that their files are in. */
export interface ManifestPlace extends Pick<Remotes, 'bring'> {
  root: string;
  store: StoreLayout;
}

/** The manifest that a target's last run left, or null where there is none that can be read. */
export function presentManifest(ref: TargetRef, root: string): Promise<Manifest | null> {
  return readManifest(join(root, manifestPath(ref))).catch(() => null);
}

/** Writes the manifest of a target, and the small file that Nx carries with it, where Nx expects them. */
export async function leaveManifest(
  ref: TargetRef,
  manifest: Manifest,
  { root, store, bring }: ManifestPlace,
): Promise<void> {
  const text = manifestText(manifest);
  const path = join(root, manifestPath(ref));
  if ((await readSmallText(path).catch(() => null)) !== text) await writeDurably(path, text);
  await leaveCarriedFile(ref, manifest, { root, store, bring });
}
