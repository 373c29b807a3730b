import type { ByteSource } from './byte-source.js';
import type { GgufHeader } from './header/header.js';

/**
 * The texts of a model's tokens, by id; none where its header has no vocabulary. A header is read without them,
 * as they are many.
 */
export async function tokenTexts(
  source: ByteSource,
  { metadata }: Pick<GgufHeader, 'metadata'>,
): Promise<string[]> {
  const tokens = metadata.get('tokenizer.ggml.tokens');
  if (tokens?.type !== 'array' || tokens.itemType !== 'string') return [];
  const { offset, length } = tokens.range;
  const bytes = await source.read(offset, length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const texts: string[] = [];
  // The header was read before: lengths and count fit. In front of the texts are both types and the count.
  for (let at = 4 + 4 + 8; texts.length < tokens.length;) {
    const end = at + 8 + Number(view.getBigUint64(at, true));
    texts.push(decoder.decode(bytes.subarray(at + 8, end)));
    at = end;
  }
  return texts;
}
