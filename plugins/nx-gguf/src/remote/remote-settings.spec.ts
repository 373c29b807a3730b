import { remoteSettings } from './remote-settings.js';

const near = 'http://near.example.org';
const far = 'https://far.example.org';

/** What may be done with each remote: `rw`, `r`, by its name. */
function granted(env: Record<string, string>, options?: unknown): string[] {
  return remoteSettings(env, options).remotes.map(
    ({ place, mayRead, mayWrite }) => `${place.shown} ${mayRead ? 'r' : ''}${mayWrite ? 'w' : ''}`,
  );
}

describe('settings that change nothing', () => {
  const noRemote = 'changes nothing: neither "remote" in nx.json nor NX_GGUF_REMOTE names a remote';
  it.each<[string, string[], Record<string, string>, object]>([
    ['a mode without a remote', [`"remoteMode" in nx.json ${noRemote}`], {}, { remoteMode: 'write-ci' }],
    ['sources without a remote', [`"remoteSources" in nx.json ${noRemote}`], {}, { remoteSources: false }],
    [
      'variables without a remote',
      [`NX_GGUF_REMOTE_MODE ${noRemote}`, `NX_GGUF_REMOTE_TOKEN ${noRemote}`],
      { NX_GGUF_REMOTE_MODE: 'read-only', NX_GGUF_REMOTE_TOKEN: 't' },
      {},
    ],
    [
      'sources of remotes that are only read',
      [
        '"remoteSources" in nx.json changes nothing: the mode of remotes is read-only, and nothing is uploaded',
      ],
      {},
      { remote: near, remoteMode: 'read-only', remoteSources: false },
    ],
    [
      'a token for a directory',
      ['NX_GGUF_REMOTE_TOKEN changes nothing: it is for remotes over HTTP, and none is'],
      { NX_GGUF_REMOTE_TOKEN: 't' },
      { remote: 'file:///mnt/office' },
    ],
    ['nothing of a remote that nx.json names', [], {}, { remote: near, remoteMode: 'off' }],
    [
      'nothing of a remote that the environment names',
      [],
      { NX_GGUF_REMOTE: near, NX_GGUF_REMOTE_TOKEN: 't' },
      { remoteMode: 'write-ci', remoteSources: false },
    ],
  ])('%s', (_, expected, ...given) => {
    expect(remoteSettings(...given).unused).toEqual(expected);
  });
});

describe('remoteSettings', () => {
  it.each<[string, string[], Record<string, string>, unknown?]>([
    ['nothing is named', [], {}],
    ['one is named', [`${near} rw`], { NX_GGUF_REMOTE: near }],
    ['several are named', [`${near} rw`, `${far} rw`], { NX_GGUF_REMOTE: ` ${near}\n${far} ` }],
    ['nx.json names one', [`${near} rw`], {}, { remote: near }],
    ['nx.json names several', [`${near} rw`, `${far} rw`], {}, { remote: [near, far] }],
    ['both name one', [`${near} rw`], { NX_GGUF_REMOTE: near }, { remote: far }],
    ['the variable is empty', [`${far} rw`], { NX_GGUF_REMOTE: '' }, { remote: far }],
    ['the mode is read-only', [`${near} r`], { NX_GGUF_REMOTE: near, NX_GGUF_REMOTE_MODE: 'read-only' }],
    [
      'the mode is write-ci, and this is not CI',
      [`${near} r`],
      { NX_GGUF_REMOTE: near, NX_GGUF_REMOTE_MODE: 'write-ci' },
    ],
    [
      'the mode is write-ci in CI',
      [`${near} rw`],
      { NX_GGUF_REMOTE: near, NX_GGUF_REMOTE_MODE: 'write-ci', CI: 'true' },
    ],
    ['the mode is off', [], { NX_GGUF_REMOTE: near, NX_GGUF_REMOTE_MODE: 'off' }],
    ['nx.json has a mode', [`${near} r`], { NX_GGUF_REMOTE: near }, { remoteMode: 'read-only' }],
    [
      'the variable has another mode than nx.json',
      [`${near} rw`],
      { NX_GGUF_REMOTE: near, NX_GGUF_REMOTE_MODE: 'read-write' },
      { remoteMode: 'off' },
    ],
    ['one has a mode of its own', [`${near} rw`, `${far} r`], { NX_GGUF_REMOTE: `${near} ${far}#read-only` }],
    [
      'one has a mode that allows more than that of all',
      [`${near} r`],
      { NX_GGUF_REMOTE: `${near}#read-write`, NX_GGUF_REMOTE_MODE: 'read-only' },
    ],
    ['one is off', [`${far} rw`], { NX_GGUF_REMOTE: `${near}#off ${far}` }],
  ])('when %s: %j', (_, expected, ...given) => {
    expect(granted(...given)).toEqual(expected);
  });

  it.each([
    { code: 'BAD_PLUGIN', env: {}, options: { remotes: near }, message: /unknown property "remotes"/ },
    { code: 'BAD_PLUGIN', env: {}, options: { remoteMode: 'sometimes' }, message: /"sometimes" is none of/ },
    {
      code: 'BAD_REMOTE',
      env: { NX_GGUF_REMOTE_MODE: 'sometimes' },
      options: undefined,
      message: /"sometimes", which is none of read-write/,
    },
    { code: 'BAD_REMOTE', env: {}, options: { remote: 'nowhere' }, message: /^"remote" in nx\.json: / },
  ])('refuses with $code: $message', ({ code, env, options, message }) => {
    expect(() => remoteSettings(env, options)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error,
    );
  });

  it.each<[string, string, (string | null)[]]>([
    ['no token', '', [null, null, null]],
    ['one token for all', ' t0ken\n', ['t0ken', null, 't0ken']],
    ['one token for each', 'first user:second', ['first', null, 'user:second']],
    ['a token for one of them', '- second', [null, null, 'second']],
  ])('gives %s to remotes over HTTP', (_, token, expected) => {
    expect(
      remoteSettings(
        { NX_GGUF_REMOTE: `${near} file:///mnt ${far}`, NX_GGUF_REMOTE_TOKEN: token },
        undefined,
      ).remotes.map((remote) => remote.token),
    ).toEqual(expected);
  });

  it('gives the token of a remote that is off to no other', () => {
    expect(
      remoteSettings(
        { NX_GGUF_REMOTE: `${near}#off ${far}`, NX_GGUF_REMOTE_TOKEN: 'first second' },
        undefined,
      ).remotes.map(({ token }) => token),
    ).toEqual(['second']);
  });

  it.each(['se\u0000cret', 'one secret more'])(
    'takes no token that is none, and none too many, and repeats none',
    (token) => {
      expect(() =>
        remoteSettings({ NX_GGUF_REMOTE: `${near} ${far}`, NX_GGUF_REMOTE_TOKEN: token }, undefined),
      ).toThrow(
        expect.objectContaining({
          code: 'BAD_TOKEN',
          message: expect.not.stringContaining('cret') as string,
        }) as Error,
      );
    },
  );

  it('shares sources unless told not to', () => {
    expect(remoteSettings({}, undefined).sharesSources).toBe(true);
    expect(remoteSettings({}, { remoteSources: false }).sharesSources).toBe(false);
  });
});
