import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { GgufError } from 'nx-gguf/store';
import type { Logger } from 'pino';
import type { Identity } from '../auth/identity.js';
import { trusted } from '../config/namespaces.js';
import { clientAddress } from './addresses.js';
import { destroyBody, sendAnswer, type Answer } from './answer.js';
import type { Certificate } from './certificate.js';
import { errorAnswer, errorCode } from './errors.js';
import { findRoute, type Route } from './route.js';
import { requireScope, type Service } from './service.js';

const sweepMs = 1000;
const lingerMs = 2000;
const quiet: ReadonlySet<string> = new Set(['NOT_FOUND', 'CLIENT_GONE']);
const nobody: Identity = { id: 'nobody', scopes: [], namespace: trusted };

/** The server, not yet listening. */
export function createHttpServer(
  service: Service,
  routes: readonly Route[],
  { log, certificate }: { log: Logger; certificate: Certificate | null },
): Server | SecureServer {
  const { headerSeconds, keepAliveSeconds, idleSeconds } = service.settings;
  const headersMs = headerSeconds * 1000;
  // A body may take hours, so there is no limit to a whole request; what stands still is closed by the idle
  // timeout.
  const options = {
    requestTimeout: 0,
    headersTimeout: headersMs,
    connectionsCheckingInterval: Math.min(5000, headersMs / 2),
    keepAliveTimeout: keepAliveSeconds * 1000,
  };
  const server =
    certificate === null
      ? createServer(options)
      : createSecureServer({ ...options, ...certificate, handshakeTimeout: headersMs });
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const end = service.connections.begin(request.socket);
    if (end !== null) void handle(service, routes, { request, response, log }).finally(end);
  };
  server.on('request', listener);
  server.on('checkContinue', listener);
  server.on('clientError', refuse);
  server.on('connection', service.connections.add);
  server.setTimeout(idleSeconds * 1000);
  const sweep = setInterval(service.connections.sweep, sweepMs).unref();
  server.once('close', () => clearInterval(sweep));
  return server;
}

async function handle(
  service: Service,
  routes: readonly Route[],
  { request, response, log }: { request: IncomingMessage; response: ServerResponse; log: Logger },
): Promise<void> {
  const { metrics, settings } = service;
  const { socket } = request;
  // Behind its last byte Node keeps the connection for the next request, with a time of its own.
  const watch = (): void => {
    if (!response.writableFinished) socket.setTimeout(settings.idleSeconds * 1000);
  };
  // Between the last byte of a body and the answer it is the disk that takes its time, not the client.
  request.once('end', () => {
    if (!response.writableEnded) socket.setTimeout(0);
  });
  response.once('close', watch);
  const began = performance.now();
  const found = findRoute(routes, request.url ?? '');
  const name = found?.route.name ?? 'none';
  let asker = '';
  let end = (): void => undefined;
  let failure: unknown = null;
  let code = '';
  // A failure because the client is gone says nothing about this server.
  const codeOf = (error: unknown): string =>
    socket.destroyed && errorCode(error) !== 'TOO_SLOW' ? 'CLIENT_GONE' : errorCode(error);
  try {
    let answer: Answer | null;
    try {
      answer = await answerOf(service, found, {
        request,
        response,
        onAsker: (identity) => {
          asker = identity.id;
          const ends = [service.limits.begin(identity)];
          end = () => ends.forEach((one) => one());
          ends.push(service.connections.identified(socket, identity));
        },
      });
    } catch (error) {
      failure = error;
      metrics.error((code = codeOf(error)));
      answer = found?.route.onError?.(request, error) ?? withChallenge(errorAnswer(error), name);
    }
    watch();
    // Nobody is there to take it any more.
    if (answer !== null && (response.destroyed || socket.destroyed)) destroyBody(answer);
    else if (answer !== null)
      await sendAnswer(request, response, {
        answer,
        onBytes: metrics.sent,
        pace: service.receiving.pace,
      });
  } catch (error) {
    failure = error;
    code = codeOf(error);
    if (code === 'TOO_SLOW') metrics.error(code);
    response.destroy();
  } finally {
    end();
  }
  const seconds = (performance.now() - began) / 1000;
  metrics.request(name, { method: request.method ?? '', status: response.statusCode, seconds });
  const entry = {
    method: request.method,
    path: loggedPath(request.url ?? ''),
    status: response.statusCode,
    ms: Math.round(seconds * 1000),
    token: asker,
  };
  if (failure === null) log.debug(entry, 'answered');
  else if (code === 'INTERNAL') log.error({ ...entry, err: failure }, 'failed');
  else
    log[quiet.has(code) ? 'debug' : 'warn'](
      { ...entry, code, reason: (failure as Error).message },
      'refused',
    );
}

async function answerOf(
  service: Service,
  found: ReturnType<typeof findRoute>,
  {
    request,
    response,
    onAsker,
  }: { request: IncomingMessage; response: ServerResponse; onAsker: (identity: Identity) => void },
): Promise<Answer | null> {
  const address = clientAddress(request, service.isProxy);
  const stranger = (kind: 'probe' | 'other' = 'other'): Promise<void> =>
    service.strangers.request(address, kind).catch(async (error: unknown) => {
      await service.connections.hold();
      response.setHeader('Connection', 'close');
      throw error;
    });
  if (found === null) {
    await stranger();
    throw new GgufError('NOT_FOUND', 'there is nothing here');
  }
  const { route, part } = found;
  const sent = request.method ?? '';
  const scope = route.methods[sent === 'HEAD' && !('HEAD' in route.methods) ? 'GET' : sent];
  if (scope === undefined || scope === null) await stranger(route.name === 'health' ? 'probe' : 'other');
  if (scope === undefined) return notAllowed(service, route, sent);
  if (scope === null) return route.handle({ request, response, identity: nobody, part });
  const identity = await service.authenticator
    .identify({ authorization: request.headers.authorization, address })
    .catch(async (error: unknown) => {
      await stranger();
      throw error;
    });
  onAsker(identity);
  await service.limits.request(identity);
  requireScope(identity, scope);
  return route.handle({ request, response, identity, part });
}

/** The answer to a method that a route does not take, whatever else the route makes of errors. */
function notAllowed({ metrics }: Service, { methods }: Route, sent: string): Answer {
  const error = new GgufError('METHOD_NOT_ALLOWED', `${sent} is not for this path`);
  metrics.error(error.code);
  const taken = Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  const { headers, ...answer } = errorAnswer(error);
  return { ...answer, headers: { ...headers, Allow: [...new Set(taken)].join(', ') } };
}

/** Browsers ask for a password where they are told to. */
function withChallenge(answer: Answer, route: string): Answer {
  if (answer.status !== 401) return answer;
  return {
    ...answer,
    headers: {
      ...answer.headers,
      'WWW-Authenticate': route === 'stats' ? 'Basic realm="token as password"' : 'Bearer',
    },
  };
}

/** Paths hold digests and names; whatever else somebody sends is cut short. */
function loggedPath(url: string): string {
  return (url.split('?', 1)[0] ?? '').slice(0, 160);
}

/** The answer to what is no HTTP, or goes beyond Node's limits for headers. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const status =
    {
      HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
      ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
    }[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  // The other end may keep its half open for ever.
  setTimeout(() => socket.destroy(), lingerMs).unref();
}
