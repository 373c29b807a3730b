import prettyBytes from 'pretty-bytes';
import { counted } from '../core/counted.js';
import { textTable } from '../report/text-table.js';
import { readManifest } from '../store/actions.js';
import type { StoreLayout } from '../store/layout.js';
import { listActions, storeUsage } from '../store/usage.js';
import type { StoreArguments, StoreCommandContext } from './store-options.js';

/** `nx-gguf store ls`: the actions that the store knows. */
export async function printActions(
  layout: StoreLayout,
  { values: { files } }: StoreArguments,
  { print }: StoreCommandContext,
): Promise<number> {
  const rows: string[][] = [];
  for await (const { digest } of listActions(layout)) {
    const manifest = await readManifest(layout.action(digest)).catch(() => null);
    if (manifest === null) {
      rows.push([digest.slice(0, 12), 'unreadable', '', '']);
      continue;
    }
    const bytes = manifest.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    rows.push([
      digest.slice(0, 12),
      manifest.step,
      manifest.files.length === 1 ? (manifest.files[0]?.name ?? '') : counted(manifest.files.length, 'file'),
      prettyBytes(bytes, { binary: true }),
    ]);
    if (files === true)
      for (const file of manifest.files)
        rows.push([
          '',
          '',
          `${file.sha256.slice(0, 12)} ${file.name}`,
          prettyBytes(file.sizeBytes, { binary: true }),
        ]);
  }
  rows.sort((a, b) =>
    files === true ? 0 : `${a[1] ?? ''} ${a[2] ?? ''}` < `${b[1] ?? ''} ${b[2] ?? ''}` ? -1 : 1,
  );
  print(textTable([['action', 'step', 'files', 'size'], ...rows], 'lllr'));
  return 0;
}

/** `nx-gguf store du`: the space that blobs and toolchains take. */
export async function printUsage(
  layout: StoreLayout,
  _: StoreArguments,
  { print }: StoreCommandContext,
): Promise<number> {
  const { blobs, blobBytes, actions, quarantined, quarantinedBytes, toolchains } = await storeUsage(layout);
  const rows = [
    ['blobs', String(blobs), prettyBytes(blobBytes, { binary: true })],
    ['actions', String(actions), ''],
    ...(quarantined === 0
      ? []
      : [['quarantine', String(quarantined), prettyBytes(quarantinedBytes, { binary: true })]]),
    ...toolchains.map(({ name, sizeBytes }) => [
      `toolchains/${name.slice(0, 24)}`,
      '',
      prettyBytes(sizeBytes, { binary: true }),
    ]),
  ];
  print(textTable([[layout.root, 'count', 'size'], ...rows], 'lrr'));
  return 0;
}
