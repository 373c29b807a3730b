import { systemErrorCode } from '../core/errors.js';
import { openHttp, shownUrl, transientStatus, type Http } from '../transport/http.js';
import { asTransient } from '../transport/retry.js';
import { transferSettings } from '../transport/transfer-settings.js';
import { nxRemoteVariable } from './nx-remote-variable.js';

const patienceMs = 3_000;
/** A hash that no task has. */
const noHash = '0';

/**
 * The reason why Nx's own remote cache cannot be used, in words, or null. Nx ends a run when that server
 * cannot be reached or answers 5xx, so the server is asked before the run. A refused token is no such reason:
 * the user has to replace it, and Nx says so.
 */
export async function nxRemoteProblem(
  env: Readonly<Record<string, string | undefined>>,
  http: Http = openHttp({ env, settings: transferSettings(env) }),
): Promise<string | null> {
  const server = env[nxRemoteVariable];
  if (server === undefined || server === '') return null;
  const value = env['NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN'];
  try {
    const url = `${server.replace(/\/$/, '')}/v1/cache/${noHash}`;
    const answer = await http.send({
      url,
      signal: AbortSignal.timeout(patienceMs),
      token: value === undefined ? null : { origin: new URL(url).origin, value },
    });
    await answer.body.dump();
    const failure = transientStatus(answer);
    return failure === null ? null : `${shownUrl(server)}: ${failure.message}`;
  } catch (error) {
    const isSlow = error instanceof Error && error.name === 'TimeoutError';
    const message = isSlow
      ? `nothing came from it for ${patienceMs / 1000} s`
      : systemErrorCode(error) === 'ENOTFOUND'
        ? 'there is no host of that name'
        : asTransient(error)?.message;
    // Other faults, of a certificate for instance, need not be faults for Nx.
    return message === undefined ? null : `${shownUrl(server)}: ${message}`;
  } finally {
    await http.close();
  }
}
