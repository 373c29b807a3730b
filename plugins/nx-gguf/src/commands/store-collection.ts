import prettyBytes from 'pretty-bytes';
import { GgufError } from '../core/errors.js';
import { removeOldJournals } from '../remote/old-journals.js';
import { collectGarbage } from '../store/gc.js';
import type { StoreLayout } from '../store/layout.js';
import { removeUnusedToolchains, toolchainsNamed } from '../toolchain/unused-toolchains.js';
import { storeHelp, storeOptions, type StoreCommandContext } from './store-options.js';

const hour = 3_600_000;
const day = 24 * hour;

/** `nx-gguf store gc`: removes what nothing used for some time and no manifest names. */
export async function removeUnused(
  layout: StoreLayout,
  args: readonly string[],
  { print, nowMs }: StoreCommandContext,
): Promise<number> {
  const { values } = storeOptions(args, {
    spec: {
      keep: { type: 'string', multiple: true },
      'keep-days': { type: 'string', default: '30' },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  const days = String(values['keep-days']);
  // Number('') is 0, which would keep nothing.
  if (!/^\d+(\.\d+)?$/.test(days))
    throw new GgufError('BAD_OPTIONS', `--keep-days takes a number of days, not ${JSON.stringify(days)}`, {
      hint: storeHelp,
    });
  const dryRun = values['dry-run'] === true;
  const usedSinceMs = nowMs - Number(days) * day;
  const named = new Set<string>();
  const result = await collectGarbage(layout, {
    keep: (values['keep'] as string[] | undefined) ?? [],
    usedSinceMs,
    dryRun,
    nowMs,
    onKept: (manifest) => {
      for (const identity of toolchainsNamed(manifest)) named.add(identity);
    },
  });
  const notes = await removeOldJournals(layout, { usedSinceMs, nowMs, dryRun });
  // What a step is working with was looked up when it began; a step that is about to begin has done so within
  // the hour.
  const toolchains =
    result.running > 0
      ? []
      : await removeUnusedToolchains(layout.toolchains, {
          named,
          usedSinceMs: Math.min(usedSinceMs, nowMs - hour),
          dryRun,
        });
  const removed = dryRun ? 'would remove' : 'removed';
  const shown = (bytes: number): string => prettyBytes(bytes, { binary: true });
  for (const { name, sizeBytes } of toolchains) print(`${removed} toolchains/${name} (${shown(sizeBytes)})`);
  print(
    `${removed} ${result.actions} actions and ${result.blobs} blobs (${shown(result.blobBytes)}), ${result.tensorIndexes === 0 ? '' : `${result.tensorIndexes} tensor indexes, `}${result.leftovers + notes} leftovers of killed runs; kept ${result.keptActions} actions and ${result.keptBlobs} blobs`,
  );
  return 0;
}
