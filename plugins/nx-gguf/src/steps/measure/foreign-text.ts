import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Workbench } from '../step.js';

/**
 * The sign that a text in the work directory is none in UTF-8, such as `is UTF-16`, or null: llama.cpp takes its
 * bytes for UTF-8 whatever they are, and measures or calibrates on what nobody wrote.
 */
export function foreignText(
  name: string,
  { directory }: Pick<Workbench, 'directory'>,
): Promise<string | null> {
  // That a text cannot be read is for the tool to tell.
  return foreignSign(join(directory, name)).catch(() => null);
}

/** What to say of a text with such a sign. */
export function foreignTextWords(name: string, sign: string): string {
  return `${name} ${sign}, and llama.cpp reads text as UTF-8: what it makes of other bytes is no text that anybody wrote. Convert the file (iconv -t UTF-8) and name that one`;
}

async function foreignSign(path: string): Promise<string | null> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isFirst = true;
  let offset = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    if (isFirst && /^(?:fffe|feff)/.test(chunk.toString('hex', 0, 2))) return 'is UTF-16';
    isFirst = false;
    const zero = chunk.indexOf(0);
    if (zero >= 0) return `has a byte of zero at ${offset + zero}`;
    if (!decodes(decoder, chunk)) return `is no UTF-8 (before byte ${offset + chunk.length})`;
    offset += chunk.length;
  }
  return decodes(decoder) ? null : 'ends within a character';
}

function decodes(decoder: InstanceType<typeof TextDecoder>, chunk?: Buffer): boolean {
  try {
    decoder.decode(chunk, { stream: chunk !== undefined });
    return true;
  } catch {
    return false;
  }
}
