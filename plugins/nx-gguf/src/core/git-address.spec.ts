import { requireGitAddress } from './git-address.js';

const codeOf = (address: string): string => {
  try {
    requireGitAddress(address);
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

it.each([
  'https://example.org/a/b.git',
  'http://127.0.0.1:8080/b.git',
  'HTTPS://example.org/b',
  'ssh://git@example.org:22/a/b.git',
  'git+ssh://example.org/a',
  'git://example.org/a',
  'file:///srv/a.git',
  'git@example.org:me/model.git',
  'host:path',
  '../a directory/b.git',
  '/srv/a.git',
  './a:b',
  'C:/models/a.git',
  'C:\\models\\a.git',
])('%s is taken', (address) => {
  expect(codeOf(address)).toBe('taken');
});

it.each([
  'fd::0',
  'fd::0,1/x',
  'ext::sh -c touch% /tmp/owned',
  'EXT::sh',
  'transport::address',
  '::x',
  'ext::https://example.org/',
  '-u./payload',
  '--upload-pack=touch /tmp/owned',
  'ssh://-oProxyCommand=x/a',
  'ssh://git@-oProxyCommand=x/a',
  'ssh://-lroot@example.org/a',
  '-oProxyCommand=x:a',
  'git@-oProxyCommand=x:a',
  'host:-oProxyCommand=x',
  'ftp://example.org/a',
  'ftps://example.org/a',
  'rsync://example.org/a',
  's3://bucket/a',
  'https://example.org/a\nb',
  'https://example.org/\u0000',
  'https://example.org/\u009b',
  ' https://example.org/a',
  'https://example.org/a ',
  '',
])('%j is refused', (address) => {
  expect(codeOf(address)).toBe('GIT_ADDRESS_REFUSED');
});

it.each([
  'https://token@example.org/a',
  'https://me:secret@example.org/a',
  'ssh://me:secret@example.org/a',
  'me:secret@example.org:a',
])('%s holds a secret, which is not shown', (address) => {
  expect(codeOf(address)).toBe('SOURCE_CREDENTIALS');
  expect(() => requireGitAddress(address)).not.toThrow(/secret@|token@/);
});

it('a long address is cut in the message', () => {
  expect(() => requireGitAddress(`x://${'y'.repeat(5000)}`)).toThrow(/^.{100,200}$/);
});
