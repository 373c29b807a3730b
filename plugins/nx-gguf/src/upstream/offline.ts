import { GgufError } from '../core/errors.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Makes sure that files may be asked for at all.
 * @throws GgufError `OFFLINE` when `HF_HUB_OFFLINE` is set
 */
export function requireOnline(files: readonly { name: string }[], env: Env): void {
  if (!isOffline(env)) return;
  const names = files
    .slice(0, 5)
    .map(({ name }) => name)
    .join(', ');
  throw new GgufError(
    'OFFLINE',
    `${files.length === 1 ? 'a file is' : `${files.length} files are`} not in the store, and HF_HUB_OFFLINE is set: ${names}`,
    { hint: 'Unset HF_HUB_OFFLINE to fetch what is missing.' },
  );
}

/**
 * Makes sure that a hub may be asked about a repository.
 * @throws GgufError `OFFLINE` when `HF_HUB_OFFLINE` is set
 */
export function requireHub(repository: string, env: Env): void {
  if (!isOffline(env)) return;
  throw new GgufError('OFFLINE', `${repository}: the hub has to be asked, and HF_HUB_OFFLINE is set`, {
    hint: 'Unset HF_HUB_OFFLINE. Where a lock pins a source, and the store has its files, nothing is asked.',
  });
}

function isOffline(env: Env): boolean {
  return /^(1|true|yes|on)$/i.test(env['HF_HUB_OFFLINE'] ?? '');
}
