import prettyBytes from 'pretty-bytes';
import { counted } from '../core/counted.js';
import type { PublishPlan } from '../core/generated/publish-plan.generated.js';
import { textTable } from '../report/text-table.js';
import { changesOf } from './upload-plan.js';

/** A plan as people read it: a row for each file, and a sentence about the whole. */
export function publicationTable(plan: PublishPlan): string {
  const rows = plan.files.map(({ path, action, sizeBytes, because }) => [
    action,
    path,
    prettyBytes(sizeBytes, { binary: true }),
    because,
  ]);
  return `${textTable([['', 'file', 'size', 'because'], ...rows], 'llrl')}\n${publicationSentence(plan)}`;
}

/** The changes of a plan, in a sentence. */
export function publicationSentence(plan: PublishPlan): string {
  const changes = changesOf(plan);
  const to = `${plan.destination}${plan.isNew ? ' (to be made)' : ''}`;
  const count = (action: string): number => changes.filter((file) => file.action === action).length;
  const sent = changes
    .filter(({ action }) => action !== 'delete')
    .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (changes.length === 0)
    return `${to}: nothing to change, ${counted(plan.files.length, 'file')} ${plan.files.length === 1 ? 'is as it' : 'are as they'} should be`;
  return `${to}: ${count('add')} to add, ${count('replace')} to replace, ${count('delete')} to delete, ${plan.files.length - changes.length} to keep; ${prettyBytes(sent, { binary: true })}`;
}
