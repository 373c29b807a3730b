import { readFile } from 'node:fs/promises';
import { writeDurably } from 'nx-gguf/store';

/**
 * When things were used last, for a storage that cannot note it itself. What a crash forgets costs no more
 * than an early eviction.
 */
export interface UseBook {
  /** By the server's clock; null for what was not used since it is known. */
  usedMs: (key: string) => number | null;
  touch: (key: string) => void;
  forget: (key: string) => void;
  save: () => Promise<void>;
}

/** The book in a file, or an empty one where there is none that can be read. */
export async function openUseBook(path: string, nowMs: () => number): Promise<UseBook> {
  const used = new Map<string, number>(await entriesOf(path));
  return {
    usedMs: (key) => used.get(key) ?? null,
    touch: (key) => void used.set(key, nowMs()),
    forget: (key) => void used.delete(key),
    save: () => writeDurably(path, JSON.stringify([...used])),
  };
}

async function entriesOf(path: string): Promise<[string, number][]> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    const isEntry = (entry: unknown): entry is [string, number] =>
      Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'number';
    return Array.isArray(value) ? value.filter(isEntry) : [];
  } catch {
    return [];
  }
}
