import type { Socket } from 'node:net';

const waiting = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls `work` when a connection is closed, unless the result was called before. An answer that waits behind
 * another one on its connection does not learn of it: Node closes those alone that have begun. One listener
 * serves all requests of a connection.
 */
export function onceClosed(socket: Socket, work: () => void): () => void {
  const works = waiting.get(socket) ?? watched(socket);
  works.add(work);
  return () => void works.delete(work);
}

function watched(socket: Socket): Set<() => void> {
  const works = new Set<() => void>();
  waiting.set(socket, works);
  socket.once('close', () => {
    for (const work of works) work();
  });
  return works;
}
