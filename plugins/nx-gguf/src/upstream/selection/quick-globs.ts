import picomatch from 'picomatch';
import { withinTime } from '../../core/bounded-work.js';
import { GgufError } from '../../core/errors.js';
import { shownPath } from '../../core/safe-path.js';

const longestGlob = 1024;
const limitMs = 10_000;

/**
 * Holds globs to what can be matched: one that is blank or longer than any path means nothing, and one that
 * tries every way to split a path would never come to an end.
 * @param paths what they are matched with
 * @param of where the globs are, for messages
 * @throws GgufError `GLOB_REFUSED`
 */
export function requireQuickGlobs(
  globs: readonly string[],
  paths: readonly string[],
  { of, timeLimitMs = limitMs }: { of: string; timeLimitMs?: number },
): void {
  for (const glob of globs) {
    const problem = formProblem(glob);
    if (problem !== null) throw refused(glob, { of, problem });
  }
  if (areQuick(globs, paths, timeLimitMs)) return;
  const slow = globs.find((glob) => !areQuick([glob], paths, timeLimitMs)) ?? globs[0] ?? '';
  throw refused(slow, { of, problem: `it is not matched with ${paths.length} paths in ${timeLimitMs} ms` });
}

function formProblem(glob: string): string | null {
  if (glob.trim() === '') return 'it is empty';
  if (glob.length > longestGlob) return `it is longer than ${longestGlob} characters`;
  if (glob.includes('\0')) return 'it holds a NUL character';
  return null;
}

function areQuick(globs: readonly string[], paths: readonly string[], timeLimitMs: number): boolean {
  const work = (): void => {
    for (const glob of globs) {
      const matches = picomatch(glob);
      for (const path of paths) matches(path);
    }
  };
  return withinTime(work, timeLimitMs) !== null;
}

function refused(glob: string, { of, problem }: { of: string; problem: string }): GgufError {
  const shown = glob.length > 100 ? `${glob.slice(0, 100)}…` : glob;
  return new GgufError('GLOB_REFUSED', `${of}: the glob ${shownPath(shown)} is refused: ${problem}`, {
    hint: 'Write globs with `*`, `**` and names, as `*.safetensors`.',
  });
}
