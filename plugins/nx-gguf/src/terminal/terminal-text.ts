import { visibleLine, visibleText } from '../core/visible-text.js';

/**
 * Text as it may reach a terminal or the log of a CI: names of files, tensors and servers in it can be anybody's.
 * What acts is shown as escapes; a line that a CI would take for a command of the task is none. JSON keeps its
 * value.
 */
export function terminalText(text: string): string {
  return withoutCommands(visibleText(text));
}

/** As `terminalText`, for a name or a figure in a line: one line, and not longer than a line. */
export function terminalLine(text: string): string {
  return withoutCommands(visibleLine(text));
}

/**
 * A message of several lines. A further line is indented, so that no text from outside can begin one and pass
 * for another message; of what is very long, the rest is counted.
 */
export function terminalMessage(text: string): string {
  const lines = text.split('\n');
  const shown = lines.slice(0, mostLines).map((line) => visibleLine(line.replace(/\r$/, ''), mostOfLine));
  const rest = lines.length - shown.length;
  if (rest > 0) shown.push(`… and ${rest.toLocaleString('en-US')} more lines`);
  return withoutCommands(shown.join('\n  '));
}

const mostOfLine = 4_000;
const mostLines = 500;

/** Commands of GitHub Actions stand at the beginning of a line; those of before, of Azure and of TeamCity anywhere. */
function withoutCommands(text: string): string {
  return text
    .replace(/^([^\S\n]*):(?=:)/gm, String.raw`$1\u003a`)
    .replace(/##(?=[a-z]*\[)/gi, String.raw`#\u0023`);
}
