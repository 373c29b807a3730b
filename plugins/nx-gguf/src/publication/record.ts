import { prettyJson, type Json } from '../core/json/canonical-json.js';
import type { Published, PublishedFile } from '../core/generated/published.generated.js';
import { parseAs } from '../core/validate.js';

/** Name of the record beside the files that were published. */
export const recordFile = 'nx-gguf.json';

/**
 * The record's bytes: equal files give equal bytes, and git shows a change of one file as a change of its
 * lines.
 */
export function recordText(files: readonly PublishedFile[]): string {
  const ordered = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return prettyJson({ format: 1, publishedBy: 'nx-gguf', files: ordered } as unknown as Json);
}

/** The record that a text is, or null when it is another file of that name. */
export function readRecord(text: string): Published | null {
  try {
    return parseAs('published', text, recordFile);
  } catch {
    return null;
  }
}
