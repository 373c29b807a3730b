interface Group {
  states: number;
  isLookAhead: boolean;
}

const pieces = /\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?[:!])?|\)|\{(\d+)(?:,(\d*))?\}|[*+?]|./gs;
// libstdc++ ends at 100,000 states; a character takes up to three of them.
const mostRepeated = 30_000;

/**
 * What std::regex refuses of the repetitions of a pattern and JavaScript takes; null when there is nothing. The
 * pattern is a regular expression of JavaScript.
 */
export function repetitionProblem(pattern: string): string | null {
  const open: Group[] = [{ states: 0, isLookAhead: false }];
  let last: Group = { states: 0, isLookAhead: false };
  for (const [piece, least, most] of pattern.matchAll(pieces)) {
    const current = open.at(-1);
    if (current === undefined) return null;
    if (piece === ')') {
      const closed = open.pop();
      const around = open.at(-1);
      if (closed === undefined || around === undefined) return null;
      around.states += closed.states;
      last = closed;
    } else if (/^\((?:\?[:!])?$/.test(piece)) {
      open.push({ states: 0, isLookAhead: piece === '(?!' });
    } else if (/^[*+?]$/.test(piece) || least !== undefined) {
      if (last.isLookAhead) return 'repeats a look-ahead';
      const times = Math.max(Number(least ?? 1), Number(most ?? 0), 1);
      current.states += last.states * (times - 1);
      last = { states: last.states * times, isLookAhead: false };
    } else {
      current.states += 1;
      last = { states: 1, isLookAhead: false };
    }
    if (last.states > mostRepeated) return 'repeats something more often than C++ takes';
  }
  return null;
}
