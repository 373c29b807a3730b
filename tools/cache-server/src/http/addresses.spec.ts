import type { IncomingMessage } from 'node:http';
import { clientAddress, networkOf, proxiesOf } from './addresses.js';

const from = (remoteAddress: string | undefined, forwarded?: string): IncomingMessage =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

describe('the address of a client', () => {
  const isProxy = proxiesOf(['127.0.0.1', '10.0.0.0/8', 'fd00::/8']);

  it.each([
    ['is that of the connection where nothing is named', '192.0.2.7', undefined, '192.0.2.7'],
    ['is not what a stranger writes', '192.0.2.7', '198.51.100.1', '192.0.2.7'],
    ['is what a proxy names', '127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['is what a proxy names to a socket of IPv6', '::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['is what the first proxy names', '127.0.0.1', '198.51.100.1, 10.1.2.3', '198.51.100.1'],
    ['is the last that no proxy has', '127.0.0.1', '203.0.113.9, 198.51.100.1', '198.51.100.1'],
    ['has no port', '127.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
    ['of IPv6 has no port', 'fd00::1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['is the proxy where it names nothing', '127.0.0.1', undefined, '127.0.0.1'],
    ['is the proxy where it names no address', '127.0.0.1', 'unknown', '127.0.0.1'],
    ['is the nearest that is one', '127.0.0.1', 'nonsense, 10.0.0.9', '10.0.0.9'],
    ['is nothing of a connection that is gone', undefined, '198.51.100.1', ''],
  ])('%s', (...[, remote, forwarded, address]) => {
    expect(clientAddress(from(remote, forwarded), isProxy)).toBe(address);
  });

  it('is never what anybody writes when no proxy is trusted', () => {
    expect(clientAddress(from('127.0.0.1', '198.51.100.1'), proxiesOf([]))).toBe('127.0.0.1');
  });
});

describe('trustProxy', () => {
  it.each(['proxy.example.org', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/', '::1/129', '*'])(
    'refuses %s',
    (entry) => {
      expect(() => proxiesOf(['127.0.0.1', entry])).toThrow('not an address or network');
    },
  );
});

describe('a network', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
