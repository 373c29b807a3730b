import type { Report } from '../core/events.js';
import type { StoreLayout } from '../store/layout.js';
import { guarded, ordinaryPatience, type Patience } from './breaker.js';
import { openRemote } from './open-remote.js';
import { remoteSettings } from './remote-settings.js';
import { joinRemotes, type Remotes } from './remotes.js';
import { breakerState } from './breaker-state.js';
import { requireS3Client } from './s3-client.js';

/** The inputs of a workspace's remotes. */
export interface RemotesContext {
  store: StoreLayout;
  env: Readonly<Record<string, string | undefined>>;
  /** Options of the plugin in nx.json. */
  pluginOptions?: unknown;
  /** One name for all processes of a run. */
  run: string;
  report: Report;
  signal: AbortSignal | undefined;
  patience?: Patience;
}

/**
 * The remotes that the environment or nx.json names. Nothing is opened before it is asked for.
 * @throws GgufError `BAD_PLUGIN`, `BAD_REMOTE`, `BAD_TOKEN`, `S3_CLIENT_MISSING`
 */
export function createRemotes({
  store,
  env,
  pluginOptions,
  run,
  report,
  signal,
  patience = ordinaryPatience,
}: RemotesContext): Remotes {
  const { remotes, sharesSources, unused } = remoteSettings(env, pluginOptions);
  for (const { place } of remotes) if (place.kind === 's3') requireS3Client(place.shown);
  const joined = joinRemotes({
    store,
    sharesSources,
    report,
    signal,
    remotes: remotes.map(({ place, mayRead, mayWrite, token }) =>
      guarded({
        name: place.shown,
        mayRead,
        mayWrite,
        patience,
        report,
        signal,
        open: () => openRemote(place, { store, env, token }),
        notes: breakerState(store, { remote: place.shown, run, nowMs: Date.now }),
      }),
    ),
  });
  return { ...joined, unused };
}

/** No remotes: only what the store has is had. */
export function noRemotes(store: StoreLayout): Remotes {
  return joinRemotes({
    store,
    remotes: [],
    sharesSources: false,
    report: () => undefined,
    signal: undefined,
  });
}
