import { chmod, readFile } from 'node:fs/promises';
import {
  GgufError,
  optionProblems,
  prettyJson,
  systemErrorCode,
  withLock,
  writeDurably,
  type Json,
} from 'nx-gguf/store';
import type { TokenRecord, Tokens } from '../config/generated/tokens.generated.js';
import { tokensSchema } from '../config/schemas.js';

/**
 * The tokens in a file, or null when there is none.
 * @throws GgufError `BAD_TOKENS`
 */
export async function readTokens(path: string): Promise<TokenRecord[] | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
  return parseTokens(text, path).tokens;
}

/**
 * Changes the tokens in a file, one process at a time; a running server sees the change at its next request.
 */
export async function changeTokens<T>(
  path: string,
  change: (tokens: TokenRecord[]) => { tokens: TokenRecord[]; result: T },
): Promise<T> {
  return withLock(path, async () => {
    const { tokens, result } = change((await readTokens(path)) ?? []);
    await writeDurably(path, prettyJson({ format: 1, tokens } satisfies Tokens as unknown as Json));
    await chmod(path, 0o600);
    return result;
  });
}

function parseTokens(text: string, path: string): Tokens {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GgufError('BAD_TOKENS', `${path}: ${(cause as Error).message}`, { cause });
  }
  const problems = optionProblems(tokensSchema, value);
  if (problems.length > 0)
    throw new GgufError('BAD_TOKENS', problems.map((problem) => `${path}: ${problem}`).join('\n'));
  return value as Tokens;
}
