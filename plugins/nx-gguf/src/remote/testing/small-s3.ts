import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sha256 } from '../../core/digest.js';

/** The least of an S3 server that uploads need: it takes whatever comes, and checks nothing. */
export interface SmallS3 {
  base: string;
  /** Objects by their path. */
  objects: Map<string, Buffer>;
  /** Uploads in parts that were begun and neither completed nor given up. */
  open: Map<string, Map<number, Buffer>>;
  close: () => Promise<void>;
}

/** Starts one on a loopback port. */
export async function startSmallS3(): Promise<SmallS3> {
  const objects: SmallS3['objects'] = new Map();
  const open: SmallS3['open'] = new Map();
  const answered = async (request: IncomingMessage): Promise<[number, string, Record<string, string>?]> => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://s3');
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const id = searchParams.get('uploadId');
    const upload = open.get(id ?? '');
    switch (request.method) {
      case 'POST':
        if (id === null) {
          const started = `upload-${open.size + objects.size}`;
          open.set(started, new Map());
          return [
            200,
            `<InitiateMultipartUploadResult><UploadId>${started}</UploadId></InitiateMultipartUploadResult>`,
          ];
        }
        objects.set(
          pathname,
          Buffer.concat([...(upload ?? [])].sort(([a], [b]) => a - b).map(([, part]) => part)),
        );
        open.delete(id);
        return [200, '<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>'];
      case 'PUT':
        if (id === null) objects.set(pathname, body);
        else upload?.set(Number(searchParams.get('partNumber')), body);
        return [200, '', { etag: `"${sha256(body)}"` }];
      case 'DELETE':
        open.delete(id ?? '');
        return [204, ''];
      default:
        return [objects.has(pathname) ? 200 : 404, ''];
    }
  };
  const server = createServer((request, response) => {
    answered(request).then(
      ([status, text, headers = {}]) => response.writeHead(status, headers).end(text),
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    open,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
