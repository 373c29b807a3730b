import { GgufError } from '../core/errors.js';

/**
 * Makes sure that files may be asked for at all.
 * @throws GgufError `OFFLINE` when `HF_HUB_OFFLINE` is set
 */
export function requireOnline(
  files: readonly { name: string }[],
  env: Readonly<Record<string, string | undefined>>,
): void {
  if (!/^(1|true|yes|on)$/i.test(env['HF_HUB_OFFLINE'] ?? '')) return;
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
