import { createRequire } from 'node:module';
import { GgufError, systemErrorCode } from '../core/errors.js';

/**
 * Checks that the packages that speak to S3 are there: few users need them, so they are optional peers of
 * this package.
 * @param remote how messages call the remote that needs them
 * @param from the module or directory that they are looked for from
 * @throws GgufError `S3_CLIENT_MISSING` with the command that installs them
 */
export function requireS3Client(remote: string, from: string | URL = import.meta.url): void {
  const { resolve } = createRequire(from);
  const wanted = s3Packages();
  const missing = Object.keys(wanted).filter((name) => !isThere(() => resolve(name)));
  if (missing.length === 0) return;
  const packages = Object.entries(wanted).map(([name, range]) => `${name}@${range}`);
  throw new GgufError('S3_CLIENT_MISSING', `${remote}: ${missing.join(' and ')} cannot be found`, {
    hint: `Run \`npm install --save-dev ${packages.join(' ')}\`, or take the remote out.`,
  });
}

/** The packages that this one's package.json names for S3, with their ranges. */
function s3Packages(): Record<string, string> {
  const { peerDependencies } = createRequire(import.meta.url)('nx-gguf/package.json') as {
    peerDependencies: Record<string, string>;
  };
  return Object.fromEntries(
    Object.entries(peerDependencies).filter(([name]) => name.startsWith('@aws-sdk/')),
  );
}

function isThere(resolve: () => string): boolean {
  try {
    resolve();
    return true;
  } catch (error) {
    if (systemErrorCode(error) !== 'MODULE_NOT_FOUND') throw error;
    return false;
  }
}
