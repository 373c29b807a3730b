import { tusHandler } from '../uploads/tus.js';
import { welcomeBody } from './answer.js';
import { errorAnswer, errorCode } from './errors.js';
import type { Route } from './route.js';
import type { Service } from './service.js';

/**
 * `/uploads`: resumable uploads of blobs by the tus protocol. Bytes that were sent cannot be fetched back
 * from here.
 */
export function uploadRoute(service: Service): Route {
  const handle = tusHandler({
    path: '/uploads',
    uploads: service.uploads,
    maxBytes: service.maxBlobBytes,
    onAnnounce: (identity, sizeBytes) => service.limits.upload(identity, sizeBytes),
    describe: (error) => {
      service.metrics.error(errorCode(error));
      return errorAnswer(error);
    },
  });
  return {
    name: 'uploads',
    path: /^\/uploads(?:\/([0-9a-f]{32}))?$/,
    methods: { HEAD: 'write', POST: 'write', PATCH: 'write', DELETE: 'write', OPTIONS: null },
    handle: async ({ request, response, identity, part: id }) => {
      welcomeBody(request, response);
      await handle({ request, response, identity, id });
      return null;
    },
  };
}
