import { counted } from '../core/counted.js';
import type { StoreLayout } from '../store/layout.js';
import { verifyStore } from '../store/verify.js';
import type { StoreArguments, StoreCommandContext } from './store-options.js';
import { verifyDeep } from './verify-deep.js';

/** `nx-gguf store verify`: hashes every blob again. */
export async function verifyContents(
  layout: StoreLayout,
  { values }: StoreArguments,
  { env, print, report }: StoreCommandContext,
): Promise<number> {
  const repair = values['repair'] === true;
  let done = 0;
  const { blobs, damagedBlobs, actions, damagedActions, foreignActions, tensors } = await verifyStore(
    layout,
    {
      repair,
      onBytes: (count) => {
        done += count;
        report?.({ type: 'progress', label: 'hashing the store', done, total: null, unit: 'bytes' });
      },
    },
  );
  for (const digest of damagedBlobs)
    print(`damaged blob ${digest}${repair ? `: moved to ${layout.quarantine}` : ''}`);
  for (const { key, reason } of damagedActions)
    print(`damaged action ${key}: ${reason}${repair ? ': removed' : ''}`);
  for (const { key, reason } of foreignActions) print(`left alone: action ${key}: ${reason}`);
  // Dangling places are no damage: they are hints, and are dropped when they are met.
  for (const { blob, reason } of tensors.problems)
    print(`tensors of ${blob}: ${reason}${repair ? ': forgotten' : ''}`);
  print(
    `${counted(blobs, 'blob')}, ${damagedBlobs.length} damaged; ${counted(actions, 'action')}, ${damagedActions.length} damaged`,
  );
  const isSound = damagedBlobs.length + damagedActions.length === 0;
  const isSame = values['deep'] !== true || (await verifyDeep(layout, { repair, env, print }));
  return (isSound && isSame) || repair ? 0 : 1;
}
