import { placedKinds } from './target.js';

/** The words of a command line that can name targets. */
function words(argv: readonly string[]): string[] {
  return argv.flatMap((argument) => argument.replace(/^--?\w+=/, '').split(','));
}

/** True when a word names a target, or the aggregate that it belongs to (`quantize` for `quantize:Q6_K`), with its project or without. */
function names(word: string, { project, target }: { project: string; target: string }): boolean {
  return [target, target.split(':')[0] ?? target].some((name) => {
    if (word === name) return true;
    if (!word.endsWith(`:${name}`)) return false;
    const named = word.slice(0, -name.length - 1);
    return named === '' || project === named || project.endsWith(`/${named}`);
  });
}

/** True when a command line names a target of a project, or the aggregate that it belongs to. */
export function isNamed(of: { project: string; target: string }, argv: readonly string[]): boolean {
  return words(argv).some((word) => names(word, of));
}

/** True when a command line can name a target whose files people look for. */
export function namesFiles(argv: readonly string[]): boolean {
  return unmatchedWords([], argv).length > 0;
}

/** The words of a command line that can name targets whose files people look for, and name none of these. */
export function unmatchedWords(of: readonly { project: string; target: string }[], argv: readonly string[]): string[] {
  const kinds = words(argv).filter((word) => word.split(':').some((part) => (placedKinds as readonly string[]).includes(part)));
  return kinds.filter((word) => !of.some((one) => names(word, one)));
}
