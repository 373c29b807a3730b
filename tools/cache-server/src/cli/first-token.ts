import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from 'nx-gguf/store';
import { issueToken } from '../auth/token.js';
import { changeTokens, readTokens } from '../auth/token-file.js';
import { trusted } from '../config/namespaces.js';
import { tokenFile } from '../start.js';

/** File in a server's directory with the token of its first start; only its owner may read it. */
function firstTokenFile(directory: string): string {
  return join(directory, 'first-token');
}

/**
 * Makes a token for whoever starts a server that has none yet; what to tell them of it, or null when there
 * are tokens. A terminal is shown the token itself. Whatever else a server prints ends in a log, which many
 * may read and which is kept: there the token is in a file of its owner alone.
 */
export async function firstToken(directory: string, isTerminal: boolean): Promise<string | null> {
  const path = tokenFile(directory);
  if ((await readTokens(path)) !== null) return null;
  const { token, record } = issueToken(
    { scopes: ['read', 'write', 'admin'], namespace: trusted, note: 'made at the first start' },
    randomBytes,
  );
  // Before the server knows the token: a start that is killed in between makes another one.
  if (!isTerminal) await writeForOwner(firstTokenFile(directory), `${token}\n`);
  await changeTokens(path, (tokens) => ({ tokens: [...tokens, record], result: undefined }));
  return isTerminal
    ? `token, shown this once, with the scopes read, write and admin: ${token}`
    : `a token with the scopes read, write and admin is in ${firstTokenFile(directory)}, which you can remove when you have it`;
}

async function writeForOwner(path: string, text: string): Promise<void> {
  // A link or a file of others that is in its place is not written through.
  await rm(path, { force: true });
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncDirectory(join(path, '..'));
}
