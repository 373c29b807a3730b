import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { sha256 } from '../core/digest.js';
import { downloadsDirectory } from '../store/downloads.js';
import { writeDurably } from '../files/durable.js';
import { readSmallText } from '../files/small-file.js';
import type { StoreLayout } from '../store/layout.js';
import type { RemotePlace } from './remote-place.js';
import type { RemoteStore } from './remote-store.js';
import type { UploadNotes } from './tus-upload.js';

/** The parts of this process that a remote uses: the store, the environment, a token. */
export interface RemoteContext {
  store: StoreLayout;
  env: Readonly<Record<string, string | undefined>>;
  token: string | null;
}

/** A connection that sends nothing for this long is given up. */
const stallMs = 60_000;

/** Opens a remote; the code for its kind is loaded when it is first used. */
export async function openRemote(
  place: RemotePlace,
  { store, env, token }: RemoteContext,
): Promise<RemoteStore> {
  switch (place.kind) {
    case 'file':
      return (await import('./file-remote.js')).fileRemote(place.directory);
    case 's3':
      // Which Node the client needs is checked when it is installed; tasks do not repeat it.
      process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
      return (await import('./s3-remote.js')).s3Remote(place);
    case 'http': {
      const [{ httpRemote }, { openHttp }, { transferSettings }] = await Promise.all([
        import('./http-remote.js'),
        import('../transport/http.js'),
        import('../transport/transfer-settings.js'),
      ]);
      return httpRemote({
        base: place.base,
        token,
        http: openHttp({ env, settings: transferSettings(env, { stallMs }) }),
        notes: uploadNotes(store, place.shown),
      });
    }
  }
}

/**
 * Addresses of unfinished uploads to a remote, beside unfinished downloads: `gc` removes both when they are
 * old.
 */
export function uploadNotes(store: StoreLayout, remote: string): UploadNotes {
  const path = (blob: string): string =>
    join(downloadsDirectory(store), `${blob}-${sha256(remote).slice(0, 12)}.upload`);
  return {
    read: (blob) =>
      readSmallText(path(blob)).then(
        (text) => text.trim(),
        () => null,
      ),
    write: (blob, address) =>
      address === null ? rm(path(blob), { force: true }) : writeDurably(path(blob), `${address}\n`),
  };
}
