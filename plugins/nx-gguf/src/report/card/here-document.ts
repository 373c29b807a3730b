import { shellLine } from '../shell-line.js';

/**
 * Shell lines that write a text into a file, or give it to a command: `cat > file` unless another one is
 * named.
 */
export function hereDocument(
  file: string,
  lines: readonly string[],
  command = `cat > ${shellLine([file])}`,
): string[] {
  let end = 'END';
  while (lines.includes(end)) end += '_';
  return [`${command} <<'${end}'`, ...lines, end];
}
