import { GgufError } from '../core/errors.js';
import type { PluginOptions } from '../core/generated/plugin.generated.js';
import { validate } from '../core/validate.js';
import { remoteModes, remotePlace, type RemoteMode, type RemotePlace } from './remote-place.js';

/** The remotes of a workspace, near before far, and what may be done with each. */
export interface RemoteSettings {
  remotes: { place: RemotePlace; mayRead: boolean; mayWrite: boolean; token: string | null }[];
  sharesSources: boolean;
  /** Settings that change nothing, in words. */
  unused: string[];
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The remotes that `NX_GGUF_REMOTE` names, else those of the plugin's options in nx.json; none when there are
 * none.
 * @throws GgufError `BAD_PLUGIN`, `BAD_REMOTE`, `BAD_TOKEN`
 */
export function remoteSettings(env: Env, pluginOptions: unknown): RemoteSettings {
  const options: PluginOptions =
    pluginOptions === undefined ? {} : validate('plugin', pluginOptions, 'the options of nx-gguf in nx.json');
  const chosen = filled(env['NX_GGUF_REMOTE']);
  const addresses = chosen?.split(/\s+/) ?? [options.remote ?? []].flat();
  const common = modeOf(env) ?? options.remoteMode ?? 'read-write';
  const from = chosen === undefined ? '"remote" in nx.json' : 'NX_GGUF_REMOTE';
  const places = common === 'off' ? [] : addresses.map((address) => remotePlace(address, from));
  const tokens = tokensOf(places.filter(({ kind }) => kind === 'http').length, env);
  const remotes = places
    .map((place) => {
      const mode = strictest(common, place.mode ?? common);
      return {
        place,
        mayRead: true,
        mayWrite: mode === 'read-write' || (mode === 'write-ci' && isCi(env)),
        token: place.kind === 'http' ? tokens() : null,
        isOff: mode === 'off',
      };
    })
    .filter(({ isOff }) => !isOff);
  return {
    remotes,
    sharesSources: options.remoteSources ?? true,
    unused: unusedSettings(env, options, { addresses, places, mode: common }),
  };
}

/**
 * Settings of remotes of which there are none. A mode in nx.json is meant for whoever names a remote in the
 * environment, so this is told where the set-up is looked at, and not by each task.
 */
function unusedSettings(
  env: Env,
  { remoteMode, remoteSources }: PluginOptions,
  {
    addresses,
    places,
    mode,
  }: { addresses: readonly string[]; places: readonly RemotePlace[]; mode: RemoteMode },
): string[] {
  const declared = [
    ...(remoteMode === undefined ? [] : ['"remoteMode" in nx.json']),
    ...(remoteSources === undefined ? [] : ['"remoteSources" in nx.json']),
    ...['NX_GGUF_REMOTE_MODE', 'NX_GGUF_REMOTE_TOKEN'].filter((name) => filled(env[name]) !== undefined),
  ];
  if (addresses.length === 0)
    return declared.map(
      (setting) =>
        `${setting} changes nothing: neither "remote" in nx.json nor NX_GGUF_REMOTE names a remote`,
    );
  return [
    ...(remoteSources !== undefined && (mode === 'read-only' || mode === 'off')
      ? [
          `"remoteSources" in nx.json changes nothing: the mode of remotes is ${mode}, and nothing is uploaded`,
        ]
      : []),
    ...(filled(env['NX_GGUF_REMOTE_TOKEN']) !== undefined &&
    mode !== 'off' &&
    !places.some(({ kind }) => kind === 'http')
      ? ['NX_GGUF_REMOTE_TOKEN changes nothing: it is for remotes over HTTP, and none is']
      : []),
  ];
}

/** True where `CI` is set, as CI systems do. */
export function isCi(env: Env): boolean {
  return !['', '0', 'false'].includes((env['CI'] ?? '').toLowerCase());
}

function modeOf(env: Env): RemoteMode | undefined {
  const text = filled(env['NX_GGUF_REMOTE_MODE']);
  const mode = remoteModes.find((name) => name === text);
  if (text !== undefined && mode === undefined)
    throw new GgufError(
      'BAD_REMOTE',
      `NX_GGUF_REMOTE_MODE is ${JSON.stringify(text)}, which is none of ${remoteModes.join(', ')}`,
    );
  return mode;
}

/** A remote's own mode takes away, it never gives what the mode for all does not. */
function strictest(a: RemoteMode, b: RemoteMode): RemoteMode {
  return remoteModes.indexOf(a) > remoteModes.indexOf(b) ? a : b;
}

/** The tokens of remotes over HTTP, one after the other: one token is for all, several are one for each. */
function tokensOf(count: number, env: Env): () => string | null {
  const tokens = filled(env['NX_GGUF_REMOTE_TOKEN'])?.split(/\s+/) ?? [];
  // An invalid header value would end up in the message of an error.
  if (!tokens.every((token) => /^[\x21-\x7e]+$/.test(token)))
    throw new GgufError('BAD_TOKEN', 'NX_GGUF_REMOTE_TOKEN does not hold a token', {
      hint: 'A token is one word of ASCII characters.',
    });
  if (tokens.length > 1 && count > 0 && tokens.length !== count)
    throw new GgufError(
      'BAD_TOKEN',
      `NX_GGUF_REMOTE_TOKEN holds ${tokens.length} tokens for ${count} remotes over HTTP`,
      { hint: 'One token is for all of them; several are one for each, in the same order, with - for none.' },
    );
  let next = 0;
  return () => {
    const token = tokens.length > 1 ? tokens[next++] : tokens[0];
    return token === undefined || token === '-' ? null : token;
  };
}

function filled(text: string | undefined): string | undefined {
  const value = text?.trim();
  return value === '' ? undefined : value;
}
