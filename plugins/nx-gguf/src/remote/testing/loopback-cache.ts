import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '../../core/digest.js';

/** A request that the server got. */
export interface SeenRequest {
  method: string;
  path: string;
  authorization: string | undefined;
  range: string | undefined;
  /** Bytes of body that it sent. */
  sentBytes: number;
}

/** Something that goes wrong, for requests that match, so many times. */
export interface Fault {
  method?: string;
  path?: RegExp;
  times: number;
  /** Answers this instead of what was asked for. */
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Breaks the connection after so many bytes of the answer's body. */
  breakAt?: number;
  /** Says nothing any more after so many bytes of the answer's body. */
  stallAt?: number;
  /** Waits before it answers. */
  delayMs?: number;
  ignoresRange?: boolean;
}

/** A plain web server that stores what is put, on a loopback port. */
export interface LoopbackCache {
  base: string;
  files: Map<string, Buffer>;
  seen: SeenRequest[];
  faults: Fault[];
  close: () => Promise<void>;
}

/**
 * Starts a server that knows `GET`, `HEAD` with ranges, and `PUT`, as the simplest caches do; a strict one,
 * as bazel-remote (`server/http.go`), knows no ranges, takes no blob that is not what its name says, and
 * answers 400 for every other path.
 */
export async function startLoopbackCache({ isStrict = false } = {}): Promise<LoopbackCache> {
  const cache: LoopbackCache = {
    base: '',
    files: new Map(),
    seen: [],
    faults: [],
    close: () => Promise.resolve(),
  };
  const server = createServer((request, response) => {
    answer(request, response, { ...cache, isStrict }).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cache.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  cache.close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return cache;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { files, seen, faults, isStrict }: LoopbackCache & { isStrict: boolean },
): Promise<void> {
  const { method = '', url: path = '' } = request;
  const record: SeenRequest = {
    method,
    path,
    authorization: request.headers.authorization,
    range: request.headers.range,
    sentBytes: 0,
  };
  seen.push(record);
  const fault = faults.find(
    (one) => one.times > 0 && (one.method ?? method) === method && (one.path ?? /./).test(path),
  );
  if (fault !== undefined) fault.times--;
  if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
  if (fault?.status !== undefined) {
    request.resume();
    return void response.writeHead(fault.status, fault.headers).end(fault.body);
  }
  const [, kind, name] = /^\/(ac|cas)\/([0-9a-f]{64})$/.exec(path) ?? [];
  if (isStrict && kind === undefined) return void response.writeHead(400).end();
  if (method === 'PUT') {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const bytes = Buffer.concat(parts);
    if (
      isStrict &&
      (request.headers['content-length'] === undefined || (kind === 'cas' && sha256(bytes) !== name))
    )
      return void response.writeHead(400).end();
    files.set(path, bytes);
    return void response.writeHead(isStrict ? 200 : 201).end();
  }
  const file = files.get(path);
  if ((method !== 'GET' && method !== 'HEAD') || file === undefined)
    return void response.writeHead(method === 'OPTIONS' ? 405 : 404).end();
  const from =
    isStrict || fault?.ignoresRange === true
      ? 0
      : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from > 0 && from >= file.length) return void response.writeHead(416).end();
  const bytes = file.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': bytes.length,
    ...(from > 0 ? { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` } : {}),
  });
  if (method === 'HEAD') return void response.end();
  const end = fault?.breakAt ?? fault?.stallAt;
  const given = end === undefined ? bytes : bytes.subarray(0, end);
  record.sentBytes = given.length;
  if (end === undefined) return void response.end(given);
  response.write(given, () => {
    if (fault?.breakAt !== undefined) response.destroy();
  });
}
