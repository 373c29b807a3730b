import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GgufError } from '../core/errors.js';
import { servedPage } from '../report/page/served.js';

/** A page that is served while it may change. */
export interface ReportServer {
  /** The page's address. */
  readonly address: string;
  /** Serves another page from now on, and notifies the browsers that show the old one. */
  readonly show: (page: string) => void;
  readonly close: () => Promise<void>;
}

const host = '127.0.0.1';
const heartbeatMs = 20_000;

/**
 * Serves one page on this machine alone. A name that leads here by someone else's DNS is refused, as is
 * everything but looking; no path is ever a path of a file.
 * @throws GgufError `PORT_IN_USE`
 */
export async function serveReport(first: string, port: number): Promise<ReportServer> {
  let page = servedPage(first);
  const watching = new Set<ServerResponse>();
  const server = createServer((request, response) =>
    answer(request, response, { page: () => page, watching, port: (server.address() as AddressInfo).port }),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' || error.code === 'EACCES'
          ? new GgufError(
              'PORT_IN_USE',
              `cannot listen on port ${port} of ${host}: ${error.code === 'EACCES' ? 'not allowed' : 'something else does'}`,
              { hint: 'Give another --port, or none for any that is free.' },
            )
          : error,
      ),
    );
    server.listen(port, host, resolve);
  });
  const heartbeat = setInterval(() => {
    for (const response of watching) response.write(':\n\n');
  }, heartbeatMs);
  return {
    address: `http://${host}:${(server.address() as AddressInfo).port}/`,
    show: (next) => {
      const changed = servedPage(next);
      if (changed === page) return;
      page = changed;
      for (const response of watching) response.write('event: changed\ndata:\n\n');
    },
    close: async () => {
      clearInterval(heartbeat);
      for (const response of watching) response.end();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { page, watching, port }: { page: () => string; watching: Set<ServerResponse>; port: number },
): void {
  const refuse = (status: number, text: string, headers: Record<string, string> = {}): void => {
    response
      .writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...shared, ...headers })
      .end(`${text}\n`);
  };
  if (![`${host}:${port}`, `localhost:${port}`].includes(request.headers.host ?? '')) {
    refuse(403, 'not for this host');
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuse(405, 'only GET', { Allow: 'GET, HEAD' });
    return;
  }
  switch (request.url) {
    case '/':
      response
        .writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...shared })
        .end(request.method === 'HEAD' ? undefined : page());
      return;
    case '/events':
      response.writeHead(200, { 'Content-Type': 'text/event-stream', ...shared });
      if (request.method === 'HEAD') {
        response.end();
        return;
      }
      response.write(':\n\n');
      watching.add(response);
      response.on('close', () => watching.delete(response));
      return;
    default:
      refuse(404, 'not found');
  }
}

const shared = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
};
