import type { PublishPlan } from '../core/generated/publish-plan.generated.js';
import type { NamedBlob } from '../store/sound-bytes.js';
import type { Publication } from './session.js';

/** The bytes of a file as a destination gets them: a file with the digest that it must have, or a short text. */
export type SentContent = NamedBlob | { text: string };

/** What is sent for a file of a plan. */
export function contentOf(
  contents: Publication['contents'],
  { path, sha256, sizeBytes }: PublishPlan['files'][number],
): SentContent {
  const content = contents.get(path);
  if (content === undefined) throw new Error(`no content for ${path}`);
  if ('text' in content) return content;
  if (sha256 === undefined) throw new Error(`no digest of ${path}`);
  return { name: path, path: content.path, sha256, sizeBytes };
}
