import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Identity } from '../auth/identity.js';
import { proxiesOf } from './addresses.js';
import { createConnections, type Connections } from './connections.js';

let ports = 0;

/** The part of a socket that is looked at. */
class Peer extends EventEmitter {
  readonly remotePort = ports++;
  readonly localAddress = '192.0.2.1';
  readonly localPort = 8371;
  destroyed = false;
  constructor(readonly remoteAddress: string) {
    super();
  }
  pause(): void {
    // Nothing is read here.
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

const socketOf = (peer: Peer): Socket => peer as unknown as Socket;
const identity = (namespace: string, id = 'abc'): Identity => ({ id, namespace, scopes: ['read'] });

interface Lab {
  connections: Connections;
  /** Connections from an address, in order. */
  connect: (address: string, count?: number) => Peer[];
  known: (peer: Peer, namespace?: string) => void;
  clock: { ms: number };
  reasons: string[];
}

function lab({ most = 8, perAddress = 100 } = {}): Lab {
  const clock = { ms: 0 };
  const reasons: string[] = [];
  const connections = createConnections({
    most,
    perAddress,
    isProxy: proxiesOf(['10.0.0.1']),
    nowMs: () => clock.ms,
    onClose: (reason) => reasons.push(reason),
  });
  return {
    connections,
    clock,
    reasons,
    connect: (address, count = 1) =>
      Array.from({ length: count }, () => {
        const peer = new Peer(address);
        connections.add(socketOf(peer));
        return peer;
      }),
    known: (peer, namespace = 'trusted') => connections.identified(socketOf(peer), identity(namespace))(),
  };
}

const closed = (peers: readonly Peer[]): boolean[] => peers.map(({ destroyed }) => destroyed);

describe('when all connections are in use', () => {
  it('the stranger that waits longest goes, of the address that has most, and the new one stays', () => {
    const { connect, reasons, connections } = lab();
    const [few, many] = [connect('198.51.100.1', 2), connect('198.51.100.2', 6)];
    const added = connect('198.51.100.3');
    expect([closed(few), closed(many), closed(added)]).toEqual([
      [false, false],
      [true, false, false, false, false, false],
      [false],
    ]);
    expect([reasons, connections.count().stranger]).toEqual([['full'], 8]);
  });

  it('a /64 of IPv6 is one address', () => {
    const { connect } = lab();
    const one = connect('198.51.100.1', 3);
    const many = ['1', '2', '3', '4', '5'].flatMap((host) => connect(`2001:db8::${host}`));
    connect('198.51.100.9');
    expect([closed(one).includes(true), closed(many)]).toEqual([false, [true, false, false, false, false]]);
  });

  it('who is known by a token stays, until there is no stranger; then untrusted namespaces go first', () => {
    const { connect, known } = lab();
    const [trusted, untrusted, strangers] = [
      connect('198.51.100.1', 3),
      connect('198.51.100.2', 3),
      connect('198.51.100.3', 2),
    ];
    for (const peer of trusted) known(peer);
    for (const peer of untrusted) known(peer, 'pr-1');
    for (let turn = 0; turn < 5; turn++) for (const peer of connect(`203.0.113.${turn}`)) known(peer);
    expect([closed(trusted), closed(untrusted), closed(strangers)]).toEqual([
      [false, false, false],
      [true, true, true],
      [true, true],
    ]);
    connect('203.0.113.99');
    expect(closed(trusted)).toEqual([true, false, false]);
  });

  it('a request that is under way is not ended; where all have one, the new one is turned away', () => {
    const { connect, connections } = lab({ most: 2 });
    const busy = connect('198.51.100.1', 2);
    const ends = busy.map((peer) => connections.begin(socketOf(peer)));
    expect(closed([...busy, ...connect('198.51.100.2')])).toEqual([false, false, true]);
    ends[1]?.();
    expect(closed([...connect('198.51.100.2'), ...busy])).toEqual([false, false, true]);
  });

  it('a proxy of ours stays', () => {
    const { connect } = lab({ most: 2 });
    const [proxy, stranger] = [connect('10.0.0.1'), connect('198.51.100.1')];
    connect('198.51.100.2');
    expect(closed([...proxy, ...stranger])).toEqual([false, true]);
  });
});

describe('an address', () => {
  it('has so many connections without a token, when they were given a second, and others are not touched', () => {
    const { connect, connections, clock, reasons, known } = lab({ most: 8, perAddress: 2 });
    const other = connect('198.51.100.9', 2);
    const peers = connect('198.51.100.1', 5);
    known(peers[0] ?? new Peer(''));
    connections.sweep();
    expect(closed(peers)).not.toContain(true);
    clock.ms = 1000;
    connections.sweep();
    expect([closed(peers), closed(other)]).toEqual([
      [false, true, true, false, false],
      [false, false],
    ]);
    expect(reasons).toEqual(['address', 'address']);
  });

  it('has any number as long as a quarter of all is free: closed ones would come anew', () => {
    const { connect, connections, clock } = lab({ most: 8, perAddress: 2 });
    const peers = connect('198.51.100.1', 6);
    clock.ms = 60_000;
    connections.sweep();
    expect(closed(peers)).not.toContain(true);
  });

  it('of a proxy of ours has as many as it needs', () => {
    const { connect, connections, clock } = lab({ most: 6, perAddress: 2 });
    const peers = connect('10.0.0.1', 5);
    clock.ms = 60_000;
    connections.sweep();
    expect(closed(peers)).not.toContain(true);
  });

  it('that reads without a token reads so much at once, and the rest of the share is for others', () => {
    const { connections, connect } = lab({ most: 10, perAddress: 2 });
    const [peer = new Peer('')] = connect('198.51.100.1');
    const read = (address: string): (() => void) =>
      connections.identified(socketOf(peer), identity('trusted', `anonymous ${address}`));
    const end = read('198.51.100.1');
    read('198.51.100.1');
    expect(() => read('198.51.100.1')).toThrow('requests at once');
    end();
    read('198.51.100.1');
    read('2001:db8::1');
    read('2001:db8::2');
    expect(() => read('2001:db8::3')).toThrow('2 requests at once');
    expect(connections.count()).toMatchObject({ stranger: 1, trusted: 0 });
  });
});

describe('requests', () => {
  it('of untrusted namespaces take half of the connections together, and those that are trusted any number', () => {
    const { connections, connect } = lab({ most: 8 });
    const [peer = new Peer('')] = connect('198.51.100.1');
    const begin = (namespace: string): (() => void) =>
      connections.identified(socketOf(peer), identity(namespace));
    const ends = ['pr-1', 'pr-2', 'pr-3', 'pr-4'].map(begin);
    expect(() => begin('pr-5')).toThrow('4 requests at once');
    for (let turn = 0; turn < 20; turn++) begin('trusted');
    ends[0]?.();
    begin('pr-5');
  });

  it.each([
    ['a stranger', 3],
    ['a token', 16],
  ])('that are piled up on one connection of %s end it', async (who, most) => {
    const { connections, connect, reasons, known } = lab({ most: 2 });
    const [peer = new Peer('')] = connect('198.51.100.1', 2);
    if (who === 'a token') known(peer, 'pr-1');
    const ends = Array.from({ length: most }, () => connections.begin(socketOf(peer)));
    ends[0]?.();
    expect(connections.begin(socketOf(peer))).not.toBeNull();
    expect(connections.begin(socketOf(peer))).toBeNull();
    ends[1]?.();
    expect(connections.begin(socketOf(peer))).toBeNull();
    await new Promise(setImmediate);
    expect([peer.destroyed, reasons]).toEqual([true, ['pipelining']]);
    expect(connections.begin(socketOf(peer))).toBeNull();
  });

  it('on connections that were closed are counted to their end, and nothing is left', () => {
    const { connections, connect } = lab();
    const peers = connect('198.51.100.1', 5);
    const ends = peers.map((peer) => connections.begin(socketOf(peer)));
    connections.closeIdle();
    expect(closed(peers)).not.toContain(true);
    for (const peer of peers) peer.destroy();
    for (const end of ends) end?.();
    expect(connections.count()).toEqual({ stranger: 0, untrusted: 0, trusted: 0, proxy: 0 });
  });
});
