import type { Report } from '../../core/events.js';
import type { Selected } from './select-files.js';

/** Says what was chosen, and what the user wrote that has no effect. */
export function reportSelection(
  { choice, warnings }: Pick<Selected<unknown>, 'choice' | 'warnings'>,
  report: Report,
): void {
  if (choice !== null) report({ type: 'step', message: choice.message });
  for (const message of warnings) report({ type: 'warning', message });
}

/** The choice as locks and manifests keep it; nothing when all files are taken. */
export function selectionOf(choice: Selected<unknown>['choice']): {
  selection?: { because: string; leftOut: string[] };
} {
  return choice === null ? {} : { selection: { because: choice.because, leftOut: choice.leftOut } };
}
