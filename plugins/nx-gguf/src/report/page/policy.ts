import { createHash } from 'node:crypto';

/** What a page may do: show itself and run these scripts, and nothing that needs a network. */
export function contentPolicy(scripts: readonly string[]): string {
  return `default-src 'none'; connect-src 'none'; script-src ${scripts.map(scriptDigest).join(' ')}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;
}

/** A script as a policy names it. */
export function scriptDigest(script: string): string {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}
