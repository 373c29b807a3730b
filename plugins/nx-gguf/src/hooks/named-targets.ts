import { kindsWithFiles } from '../core/step-registry.js';

/** A target as Nx names it, with the plugin's prefix. */
export interface NamedTarget {
  project: string;
  target: string;
}

/** The words of a command line that can name targets. */
function words(argv: readonly string[]): string[] {
  return argv.flatMap((argument) => argument.replace(/^--?\w+=/, '').split(','));
}

/**
 * True when a word names a target, or the aggregate that it belongs to (`quantize` for `quantize:Q6_K`), with
 * its project or without.
 */
function names(word: string, { project, target }: NamedTarget, prefix: string): boolean {
  return [target, aggregateOf(target, prefix)].some((name) => {
    if (word === name) return true;
    if (!word.endsWith(`:${name}`)) return false;
    const named = word.slice(0, -name.length - 1);
    return named === '' || project === named || project.endsWith(`/${named}`);
  });
}

function aggregateOf(target: string, prefix: string): string {
  return `${prefix}${target.slice(prefix.length).split(':')[0] ?? ''}`;
}

/** True when a command line names a target of a project, or the aggregate that it belongs to. */
export function isNamed(of: NamedTarget, argv: readonly string[], prefix = ''): boolean {
  return words(argv).some((word) => names(word, of, prefix));
}

/** True when a command line can name a target whose files people look for. */
export function namesFiles(argv: readonly string[], prefix = ''): boolean {
  return unmatchedWords([], argv, prefix).length > 0;
}

/** The words of a command line that can name targets whose files people look for, and name none of these. */
export function unmatchedWords(of: readonly NamedTarget[], argv: readonly string[], prefix = ''): string[] {
  const kinds = new Set(kindsWithFiles.flatMap((kind): string[] => [kind, `${prefix}${kind}`]));
  return words(argv)
    .filter((word) => word.split(':').some((part) => kinds.has(part)))
    .filter((word) => !of.some((one) => names(word, one, prefix)));
}
