import { errorCatalogue } from '../core/error-catalogue.js';
import { GgufError, isGgufError } from '../core/errors.js';
import { systemError } from '../core/system-error.js';
import { terminalLine, terminalMessage } from './terminal-text.js';

/**
 * An error as text for people: code, message, what to do, and the last lines of the tool. Never a bare stack,
 * and nothing in it acts on a terminal, whosever words they are.
 */
export function errorText(error: unknown): string {
  const known = isGgufError(error) ? error : unexpected(error);
  // What holds of every error of the code, where the place that throws it knows nothing better.
  const hint = known.hint ?? errorCatalogue[known.code]?.remedy;
  return [
    terminalMessage(`${known.code}: ${known.message}`),
    ...(hint === undefined ? [] : [`  ${terminalMessage(`hint: ${hint}`)}`]),
    ...(known.tail.length === 0
      ? []
      : ['  the tool printed last:', ...known.tail.map((line) => `  | ${terminalLine(line)}`)]),
    '',
  ].join('\n');
}

/** An error without a stack: Nx prints a thrown error as it is, and our stack would not help the user. */
export function plainError(error: unknown): Error {
  const plain = new Error(errorText(error).trimEnd());
  plain.stack = '';
  return plain;
}

function unexpected(error: unknown): GgufError {
  // fetch and others wrap what the operating system said.
  const known = systemError(error) ?? systemError(error instanceof Error ? error.cause : null);
  if (known !== null) return known;
  const message = error instanceof Error ? error.message : String(error);
  const stack =
    error instanceof Error
      ? (error.stack ?? '')
          .split('\n')
          .slice(1, 6)
          .map((line) => line.trim())
      : [];
  return new GgufError('INTERNAL', message, {
    tail: stack,
    hint: 'This is a defect of nx-gguf; please report it with these lines.',
  });
}
