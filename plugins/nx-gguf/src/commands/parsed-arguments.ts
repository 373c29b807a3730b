import { parseArgs, type ParseArgsConfig } from 'node:util';
import { GgufError, systemErrorCode } from '../core/errors.js';
import { didYouMean } from '../core/suggestion.js';

/** The options that a command knows. */
export type OptionSpec = NonNullable<ParseArgsConfig['options']>;

/**
 * The options and positional arguments of a command line.
 * @throws GgufError `BAD_OPTIONS` with the option that is near to an unknown one
 */
export function parsedArguments(args: readonly string[], options: OptionSpec, usage: string) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (cause) {
    throw new GgufError('BAD_OPTIONS', problem(cause, options), { cause, hint: usage });
  }
}

function problem(cause: unknown, options: OptionSpec): string {
  const message = (cause as Error).message;
  if (systemErrorCode(cause) !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return message;
  // Node adds how an argument is written that looks like an option.
  const option = /'(--?[^']*)'/.exec(message)?.[1] ?? '';
  const known = Object.keys(options).map((name) => `--${name}`);
  const instead = known.length === 0 ? 'there are none here' : `there are ${known.join(', ')}`;
  return `unknown option ${option}${didYouMean(option, known)}: ${instead}`;
}
