import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** A request: its lines, how many bytes came behind them in the same packet, and its number. */
export interface RawRequest {
  head: string;
  restBytes: number;
  count: number;
}

/** What a server that is no web server does with a connection, once the head of a request has come. */
export type Answering = (socket: Socket, request: RawRequest) => void;

/** A server on the loopback interface that sends whatever a test wants, HTTP or not. */
export interface RawServer {
  origin: string;
  close: () => Promise<void>;
}

/** Starts a server that calls `answer` for each request that comes. */
export async function startRawServer(answer: Answering): Promise<RawServer> {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    let text = '';
    socket.on('data', (data: Buffer) => {
      text += data.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const request = { head: text.slice(0, end), restBytes: text.length - end - 4, count: ++count };
      text = '';
      answer(socket, request);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Sends a text again and again until the connection is gone. */
export function drip(socket: Socket, text: string, everyMs = 5): void {
  const timer = setInterval(() => socket.write(text), everyMs);
  socket.on('close', () => clearInterval(timer));
}

/** Sends bytes without end, as fast as they are taken. */
export function flood(socket: Socket, bytes: Uint8Array): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(bytes));
  };
  socket.on('drain', more);
  more();
}
