import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { MemoryLocker, Server } from '@tus/server';
import { GgufError, isGgufError, isSha256 } from 'nx-gguf/store';
import type { Identity } from '../auth/identity.js';
import { appendToUpload, type PatchExchange } from './patch.js';
import { gone } from './upload-store.js';
import type { Uploads } from './uploads.js';

/** What the tus protocol needs of the server around it. */
export interface TusOptions {
  path: string;
  uploads: Uploads;
  /** The largest upload that somebody may announce. */
  maxBytes: (identity: Identity) => number;
  /** Counts bytes that somebody announces. @throws GgufError */
  onAnnounce: (identity: Identity, sizeBytes: number) => Promise<void>;
  /** Status and JSON text for an error. */
  describe: (error: unknown) => { status: number; body: string };
}

/** Handles a request of the tus protocol of somebody who may write. */
export type TusHandler = (exchange: PatchExchange) => Promise<void>;

type TusRequest = Parameters<NonNullable<ConstructorParameters<typeof Server>[0]['onUploadCreate']>>[0];

/** The tus protocol, version 1.0, for resumable uploads of blobs; `Upload-Metadata` names their `sha256`. */
export function tusHandler({ path, uploads, maxBytes, onAnnounce, describe }: TusOptions): TusHandler {
  const identities = new WeakMap<IncomingMessage, Identity>();
  const identityOf = (request: TusRequest): Identity => {
    const identity =
      request.runtime?.node?.req === undefined
        ? undefined
        : identities.get(request.runtime.node.req as IncomingMessage);
    if (identity === undefined) throw new Error('a tus request without an identity');
    return identity;
  };
  const locker = new MemoryLocker();
  const server = new Server({
    path,
    locker,
    datastore: uploads.store,
    relativeLocation: true,
    allowedOrigins: [],
    namingFunction: () => randomBytes(16).toString('hex'),
    onUploadCreate: async (request, upload) => {
      const identity = identityOf(request);
      const sha256 = upload.metadata?.['sha256'] ?? '';
      const sizeBytes = upload.size;
      if (!isSha256(sha256))
        throw new GgufError(
          'BAD_DIGEST',
          'Upload-Metadata must hold `sha256`, the base64 form of 64 lower-case hexadecimal digits',
        );
      if (sizeBytes === undefined || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0)
        throw new GgufError('LENGTH_REQUIRED', 'Upload-Length must be known when an upload is announced');
      if (sizeBytes > maxBytes(identity))
        throw new GgufError(
          'BLOB_TOO_LARGE',
          `${sizeBytes} bytes are more than the ${maxBytes(identity)} that a blob may have here`,
        );
      await onAnnounce(identity, sizeBytes);
      await uploads.announce({ id: upload.id, sha256, sizeBytes, namespace: identity.namespace });
      return { metadata: { sha256, namespace: identity.namespace } };
    },
    onIncomingRequest: async (request, id) => {
      if (request.method === 'POST') return;
      if ((await uploads.store.announced(id))?.namespace !== identityOf(request).namespace) throw gone();
      // The process may have died after the last byte and before the blob was published.
      if (request.method === 'HEAD') await uploads.finish(id);
    },
    onUploadFinish: async (_request, upload) => {
      await uploads.finish(upload.id);
      return {};
    },
    onResponseError: (_request, error) => {
      if ('status_code' in error && !isGgufError(error)) return undefined;
      const { status, body } = describe(error);
      return { status_code: status, body };
    },
  });
  server.on('POST_TERMINATE', (_request, _response, id: string) => uploads.forget(id));
  return async (exchange) => {
    const { request, response, identity } = exchange;
    if (request.method === 'PATCH') return appendToUpload(uploads, locker, exchange);
    identities.set(request, identity);
    await server.handle(request, response);
  };
}
