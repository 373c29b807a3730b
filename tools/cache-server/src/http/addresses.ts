import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { GgufError } from 'nx-gguf/store';

/** True for addresses of reverse proxies that are believed. */
export type IsProxy = (address: string) => boolean;

/**
 * What tells the proxies of a list of addresses and networks (`10.0.0.0/8`).
 * @throws GgufError `BAD_CONFIG` that names every entry that is neither
 */
export function proxiesOf(entries: readonly string[]): IsProxy {
  const proxies = new BlockList();
  const problems = entries.filter((entry) => !add(proxies, entry));
  if (problems.length > 0)
    throw new GgufError(
      'BAD_CONFIG',
      `trustProxy: ${problems.map((entry) => JSON.stringify(entry)).join(', ')}: not an address or network`,
      {
        hint: 'Write addresses, such as 127.0.0.1 or ::1, or networks, such as 10.0.0.0/8. Names are not taken.',
      },
    );
  return (address) => {
    const plain = plainAddress(address);
    const family = isIP(plain);
    return family !== 0 && proxies.check(plain, family === 4 ? 'ipv4' : 'ipv6');
  };
}

function add(proxies: BlockList, entry: string): boolean {
  const [address = '', bits, ...more] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  if (bits === undefined) proxies.addAddress(address, type);
  else if (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
    proxies.addSubnet(address, Number(bits), type);
  else return false;
  return true;
}

/**
 * The address that a request comes from: the last one of `X-Forwarded-For` that no proxy of ours has, when a
 * proxy of ours sent it. What stands before that one is the client's own writing.
 */
export function clientAddress({ socket, headers }: IncomingMessage, isProxy: IsProxy): string {
  let address = plainAddress(socket.remoteAddress ?? '');
  const named = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  while (isProxy(address)) {
    const before = withoutPort(named.pop()?.trim() ?? '');
    if (isIP(before) === 0) break;
    address = plainAddress(before);
  }
  return address;
}

/** The network that limits count as one sender: an address of IPv4, a /64 of IPv6. */
export function networkOf(address: string): string {
  const plain = plainAddress(address);
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = (plain.split('%', 1)[0] ?? '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const all =
    tail === undefined
      ? groups
      : [...groups, ...Array<string>(Math.max(0, 8 - groups.length - after.length)).fill('0'), ...after];
  return `${all
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

/** An address of IPv4 that a socket of IPv6 has stands for itself. */
function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

/** Some proxies add the port of the client. */
function withoutPort(text: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
}
