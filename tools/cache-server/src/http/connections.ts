import type { Socket } from 'node:net';
import { GgufError } from 'nx-gguf/store';
import { anonymousAddress, type Identity } from '../auth/identity.js';
import { trusted } from '../config/namespaces.js';
import { networkOf, type IsProxy } from './addresses.js';

/**
 * How much the other end of a connection has shown of itself: nothing, a token of an untrusted namespace, a
 * token that is trusted. A proxy of ours speaks for many.
 */
export type Standing = 'stranger' | 'untrusted' | 'trusted' | 'proxy';

/** What connections are closed for. */
export type Reason = 'full' | 'address' | 'pipelining' | 'stopping';

/** The limits of connections. */
export interface ConnectionOptions {
  /** Connections at a time. */
  most: number;
  /** Connections of one network that have not sent a token. */
  perAddress: number;
  isProxy: IsProxy;
  nowMs: () => number;
  onClose: (reason: Reason) => void;
}

/** The connections of a server. */
export interface Connections {
  /** Takes a new connection, of TLS before its handshake; another one may be closed for it. */
  add: (socket: Socket) => void;
  /**
   * Counts a request that is under way on a connection, until the result is called; null when the connection
   * was closed for it.
   */
  begin: (socket: Socket) => (() => void) | null;
  /**
   * Notes who sends on a connection, and counts the request until the result is called.
   * @throws GgufError `TOO_MANY_REQUESTS` when those who are not trusted have their share of connections in use
   */
  identified: (socket: Socket, identity: Identity) => () => void;
  /** Ends when somebody who is refused was kept waiting; at once where connections are scarce. */
  hold: () => Promise<void>;
  /** Closes what is beyond its limits and was given its time. */
  sweep: () => void;
  /** Closes connections that have no request under way. */
  closeIdle: () => void;
  closeAll: () => void;
  count: () => Record<Standing, number>;
}

/** A new connection has this long to send what it comes for, unless all are in use. */
const graceMs = 1000;
/** Whoever is refused or closed comes again at once, which costs more than to let it wait; this long. */
const holdMs = 1000;
/** As long as no more than this share of all connections is in use, nothing is gained by closing idle ones. */
const roomyShare = 0.75;
/**
 * Requests that may be sent on one connection before the first is answered. HTTP clients send one; each costs a
 * stranger nothing and this server its time.
 */
const mostPipelined: Readonly<Record<Standing, number>> = {
  stranger: 3,
  untrusted: 16,
  trusted: 16,
  proxy: 16,
};

interface Connection {
  key: string;
  socket: Socket;
  network: string;
  sinceMs: number;
  standing: Standing;
  underWay: number;
  /** It sent too much: nothing more of it is taken until it is closed. */
  isOver: boolean;
}

/**
 * Keeps a flood of connections from shutting others out. Whoever is known by a token stays. Of the rest those
 * that wait longest are closed: beyond the limit of their network when few are left, and, when all are in use,
 * first of the network that has most of them. So somebody new always gets in, and has time to send a token.
 */
export function createConnections({
  most,
  perAddress,
  isProxy,
  nowMs,
  onClose,
}: ConnectionOptions): Connections {
  const open = new Map<string, Connection>();
  const strangers = new Map<string, Set<Connection>>();
  const untrusted = createShare(Math.floor(most / 2));
  const anonymous = new Map<string, Share>();

  const noStranger = (connection: Connection): void => {
    const those = strangers.get(connection.network);
    those?.delete(connection);
    if (those?.size === 0) strangers.delete(connection.network);
  };
  const forget = (connection: Connection): void => {
    if (open.get(connection.key) === connection) open.delete(connection.key);
    noStranger(connection);
  };
  const close = (connection: Connection, reason: Reason): void => {
    if (connection.socket.destroyed) return;
    forget(connection);
    connection.socket.destroy();
    onClose(reason);
  };
  const isRoomy = (): boolean => open.size <= most * roomyShare;
  const hold = async (): Promise<void> => {
    if (isRoomy()) await new Promise<void>((resolve) => setTimeout(resolve, holdMs).unref());
  };
  const enforce = (network: string): void => {
    if (isRoomy()) return;
    const those = strangers.get(network);
    for (const connection of those ?? []) {
      if ((those?.size ?? 0) <= perAddress || nowMs() - connection.sinceMs < graceMs) return;
      if (connection.underWay === 0) close(connection, 'address');
    }
  };
  const makeRoom = (): boolean => {
    const victim =
      idleStranger(strangers) ??
      firstOf(open.values(), (one) => one.standing === 'untrusted' && isIdle(one)) ??
      firstOf(open.values(), (one) => one.standing === 'trusted' && isIdle(one));
    if (victim === null) return false;
    close(victim, 'full');
    return true;
  };
  const known = (socket: Socket): Connection | undefined => open.get(keyOf(socket));

  return {
    add: (socket) => {
      const address = socket.remoteAddress;
      // It ended before it was taken.
      if (address === undefined) {
        socket.destroy();
        return;
      }
      const network = networkOf(address);
      if (open.size >= most && !makeRoom()) {
        socket.destroy();
        onClose('full');
        return;
      }
      const connection: Connection = {
        key: keyOf(socket),
        socket,
        network,
        sinceMs: nowMs(),
        standing: isProxy(address) ? 'proxy' : 'stranger',
        underWay: 0,
        isOver: false,
      };
      open.set(connection.key, connection);
      socket.once('close', () => forget(connection));
      if (connection.standing === 'proxy') return;
      strangers.set(network, (strangers.get(network) ?? new Set()).add(connection));
      enforce(network);
    },
    begin: (socket) => {
      const connection = known(socket);
      if (connection === undefined || connection.isOver) return null;
      if (connection.underWay >= mostPipelined[connection.standing]) {
        connection.isOver = true;
        socket.pause();
        void hold().then(() => close(connection, 'pipelining'));
        return null;
      }
      connection.underWay++;
      return () => {
        connection.underWay--;
      };
    },
    identified: (socket, identity) => {
      const from = anonymousAddress(identity);
      if (from !== null) {
        const network = networkOf(from);
        const share = anonymous.get(network) ?? createShare(perAddress);
        const end = untrusted.take();
        try {
          const endHere = share.take();
          anonymous.set(network, share);
          return () => {
            end();
            endHere();
            if (share.inUse() === 0) anonymous.delete(network);
          };
        } catch (error) {
          end();
          throw error;
        }
      }
      const isTrusted = identity.namespace === trusted;
      const connection = known(socket);
      if (connection !== undefined && connection.standing !== 'proxy') {
        noStranger(connection);
        if (connection.standing !== 'trusted') connection.standing = isTrusted ? 'trusted' : 'untrusted';
      }
      return isTrusted ? () => undefined : untrusted.take();
    },
    hold,
    sweep: () => {
      for (const network of [...strangers.keys()]) enforce(network);
    },
    closeIdle: () => {
      for (const connection of [...open.values()]) if (isIdle(connection)) close(connection, 'stopping');
    },
    closeAll: () => {
      for (const connection of [...open.values()]) close(connection, 'stopping');
    },
    count: () => {
      const counts: Record<Standing, number> = { stranger: 0, untrusted: 0, trusted: 0, proxy: 0 };
      for (const { standing } of open.values()) counts[standing]++;
      return counts;
    },
  };
}

/** A number of requests at once. */
interface Share {
  /** Counts one until the result is called. @throws GgufError `TOO_MANY_REQUESTS` */
  take: () => () => void;
  inUse: () => number;
}

function createShare(most: number): Share {
  let count = 0;
  return {
    take: () => {
      if (count >= most)
        throw new GgufError(
          'TOO_MANY_REQUESTS',
          `more than the ${most} requests at once that are taken of such senders together`,
        );
      count++;
      return () => {
        count--;
      };
    },
    inUse: () => count,
  };
}

/** The idle connection that waits longest, of the network that has most of those that are not known. */
function idleStranger(strangers: ReadonlyMap<string, ReadonlySet<Connection>>): Connection | null {
  const largestFirst = [...strangers.values()].sort((a, b) => b.size - a.size);
  for (const those of largestFirst) {
    const found = firstOf(those, isIdle);
    if (found !== null) return found;
  }
  return null;
}

function firstOf<T>(values: Iterable<T>, isWanted: (value: T) => boolean): T | null {
  for (const value of values) if (isWanted(value)) return value;
  return null;
}

function isIdle({ underWay }: Connection): boolean {
  return underWay === 0;
}

/** The same for the socket of TLS and for the one below it. */
function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
