import prettyBytes from 'pretty-bytes';
import { counted } from '../core/counted.js';
import { GgufError } from '../core/errors.js';
import { isOwnDirectory } from '../files/own-tree.js';
import { removeOldJournals } from '../remote/old-journals.js';
import { collectGarbage } from '../store/gc.js';
import type { StoreLayout } from '../store/layout.js';
import { removeUnusedToolchains, toolchainsNamed } from '../toolchain/llama-cpp/unused-toolchains.js';
import { usageText } from './command-usage.js';
import type { StoreArguments, StoreCommandContext } from './store-options.js';
import { commandUsages } from './usages.js';

const hour = 3_600_000;
const day = 24 * hour;

/** `nx-gguf store gc`: removes what nothing used for some time and no manifest names. */
export async function removeUnused(
  layout: StoreLayout,
  { values }: StoreArguments,
  { print, nowMs }: StoreCommandContext,
): Promise<number> {
  const days = String(values['keep-days']);
  // Number('') is 0, which would keep nothing.
  if (!/^\d+(\.\d+)?$/.test(days))
    throw new GgufError('BAD_OPTIONS', `--keep-days takes a number of days, not ${JSON.stringify(days)}`, {
      hint: usageText(commandUsages['store gc']),
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
    result.running > 0 || !(await isOwnDirectory(layout.root, layout.toolchains))
      ? []
      : await removeUnusedToolchains(layout.toolchains, {
          named,
          usedSinceMs: Math.min(usedSinceMs, nowMs - hour),
          dryRun,
        });
  const removed = dryRun ? 'would remove' : 'removed';
  const shown = (bytes: number): string => prettyBytes(bytes, { binary: true });
  for (const { name, sizeBytes } of toolchains) print(`${removed} toolchains/${name} (${shown(sizeBytes)})`);
  const indexes =
    result.tensorIndexes === 0 ? '' : `${counted(result.tensorIndexes, 'tensor index', 'tensor indexes')}, `;
  if (result.quarantined > 0)
    print(
      `${removed} ${counted(result.quarantined, 'damaged blob')} from quarantine (${shown(result.quarantinedBytes)})`,
    );
  print(
    `${removed} ${counted(result.actions, 'action')} and ${counted(result.blobs, 'blob')} (${shown(result.blobBytes)}), ` +
      `${indexes}${counted(result.leftovers + notes, 'leftover')} of killed runs; ` +
      `kept ${counted(result.keptActions, 'action')} and ${counted(result.keptBlobs, 'blob')}`,
  );
  return 0;
}
