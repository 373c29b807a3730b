import { isGgufError, systemErrorCode } from '../core/errors.js';
import type { HttpAnswer } from '../transport/http.js';
import { asTransient } from '../transport/retry.js';
import { RemoteFailure } from './remote-store.js';

/**
 * Returns when an answer says that all went well.
 * @throws RemoteFailure that says whether asking again, or asking for something else, may help
 */
export function requireDone({ status }: Pick<HttpAnswer, 'status'>): void {
  if (status >= 200 && status < 300) return;
  if (status === 401)
    throw new RemoteFailure('refused', 'it wants a token that it knows (401); set NX_GGUF_REMOTE_TOKEN');
  if (status === 403) throw new RemoteFailure('refused', 'it does not permit that (403)');
  if (status === 405 || status === 501) throw new RemoteFailure('refused', `it takes no files (${status})`);
  if (status === 507) throw new RemoteFailure('refused', 'it has no space left (507)');
  if (status === 413) throw new RemoteFailure('rejected', 'it takes no file of this size (413)');
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    throw new RemoteFailure('unavailable', `it answered ${status}`);
  throw new RemoteFailure('rejected', `it answered ${status}`);
}

/**
 * The failure of the remote that an error of the connection stands for; any other error is returned as it is.
 */
export function httpFailure(error: unknown): unknown {
  if (isGgufError(error))
    return error.code === 'REDIRECT_REFUSED'
      ? new RemoteFailure('refused', 'it redirects to where it may not', { cause: error })
      : error;
  if (systemErrorCode(error) === 'ENOTFOUND')
    return new RemoteFailure('unavailable', 'there is no host of that name', { cause: error });
  const transient = asTransient(error);
  if (transient !== null) return new RemoteFailure('unavailable', transient.message, { cause: error });
  const code = systemErrorCode(error);
  // TLS and HTTP that cannot be understood: the remote's fault, and not one that waiting repairs.
  if (code !== null && /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|HPE_|UND_ERR_)/.test(code))
    return new RemoteFailure('unavailable', `no HTTP can be spoken with it (${code})`, { cause: error });
  return error;
}
