import { randomBytes } from 'node:crypto';
import { GgufError, makeDirectory, optionProblems } from 'nx-gguf/store';
import { issueToken } from '../auth/token.js';
import { changeTokens, readTokens } from '../auth/token-file.js';
import type { TokenRecord } from '../config/generated/tokens.generated.js';
import { tokensSchema } from '../config/schemas.js';
import { trusted } from '../config/namespaces.js';
import type { Settings } from '../config/settings.js';
import { tokenFile } from '../start.js';
import { usage, type CommandContext, type Flags } from './command.js';

const day = 86_400_000;

/**
 * `token create`, `token list` and `token revoke`. A server that runs sees the change at its next request.
 */
export async function tokenCommand(
  { directory }: Settings,
  { args, flags, context }: { args: readonly string[]; flags: Flags; context: CommandContext },
): Promise<number> {
  const path = tokenFile(directory);
  const [verb, id, ...more] = args;
  if (verb === 'create' && id === undefined) {
    await makeDirectory(directory);
    const { token, record } = issueToken(grantOf(flags, context.nowMs()), randomBytes);
    requireSound(record);
    await changeTokens(path, (tokens) => ({ tokens: [...tokens, record], result: undefined }));
    context.print(token);
    return 0;
  }
  if (verb === 'list' && id === undefined) {
    for (const { id: known, scopes, namespace, note, expires } of (await readTokens(path)) ?? [])
      context.print(
        [known, scopes.join(','), namespace, expires ?? 'never expires', note ?? ''].join('  ').trimEnd(),
      );
    return 0;
  }
  if (verb === 'revoke' && id !== undefined && more.length === 0) {
    const isKnown = await changeTokens(path, (tokens) => ({
      tokens: tokens.filter((token) => token.id !== id),
      result: tokens.some((token) => token.id === id),
    }));
    if (!isKnown)
      throw new GgufError('UNKNOWN_TOKEN', `there is no token ${JSON.stringify(id)}`, {
        hint: '`nx-gguf-cache-server token list` shows those that are there. The id is the part between the first two underscores of the token.',
      });
    return 0;
  }
  throw new GgufError(
    'UNKNOWN_COMMAND',
    `there is no command ${JSON.stringify(['token', ...args].join(' '))}`,
    { hint: usage },
  );
}

const limitFlags = {
  requestsPerMinute: 'requests-per-minute',
  uploadBytesPerHour: 'upload-bytes-per-hour',
  maxBlobBytes: 'max-blob-bytes',
} as const;

function grantOf(
  { scope = 'read', namespace = trusted, note, days, ...flags }: Flags,
  nowMs: number,
): Omit<TokenRecord, 'id' | 'sha256'> {
  return {
    scopes: String(scope).split(',') as TokenRecord['scopes'],
    namespace: String(namespace),
    ...(note === undefined ? {} : { note: String(note) }),
    ...Object.fromEntries(
      Object.entries(limitFlags).flatMap(([name, flag]) =>
        flags[flag] === undefined ? [] : [[name, wholeNumber(flag, String(flags[flag]))]],
      ),
    ),
    ...(days === undefined ? {} : { expires: expiry(String(days), nowMs) }),
  };
}

function wholeNumber(flag: string, text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw new GgufError('BAD_OPTIONS', `--${flag} takes a whole number, not ${JSON.stringify(text)}`, {
      hint: usage,
    });
  return Number(text);
}

function expiry(days: string, nowMs: number): string {
  if (!/^\d{1,5}$/.test(days))
    throw new GgufError('BAD_OPTIONS', `--days takes a whole number of days, not ${JSON.stringify(days)}`, {
      hint: usage,
    });
  return new Date(nowMs + Number(days) * day).toISOString();
}

function requireSound(record: TokenRecord): void {
  const problems = optionProblems(tokensSchema, { format: 1, tokens: [record] });
  if (problems.length > 0)
    throw new GgufError(
      'BAD_OPTIONS',
      problems.map((problem) => problem.replace('/tokens/0/', '')).join('\n'),
      { hint: usage },
    );
}
