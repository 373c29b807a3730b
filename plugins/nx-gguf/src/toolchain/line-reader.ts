const longestLine = 64 * 1024;

/** Turns pieces of output into lines; a line without end is cut at 64 Ki characters. */
export function lineReader(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(0, longestLine);
    for (const line of lines) onLine(line.trimEnd());
  };
}
