import { parseArgs } from 'node:util';
import { GgufError, systemErrorCode } from '../core/errors.js';
import { didYouMean } from '../core/suggestion.js';
import { usageText, type CommandUsage } from './command-usage.js';

/**
 * The options and positional arguments of a command line.
 * @throws GgufError `BAD_OPTIONS` with the option that is near to an unknown one
 */
export function parsedArguments(args: readonly string[], usage: CommandUsage) {
  const { name, takes = { shown: '', least: 0, most: 0 }, options = {} } = usage;
  const refused = (message: string, cause?: unknown): GgufError =>
    new GgufError('BAD_OPTIONS', `nx-gguf ${name}: ${message}`, {
      cause,
      hint: `it is meant like this:\n${usageText(usage)}`,
    });
  const parsed = (() => {
    try {
      return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    } catch (cause) {
      throw refused(problem(cause, Object.keys(options)), cause);
    }
  })();
  const { positionals } = parsed;
  const surplus = positionals[takes.most];
  if (surplus !== undefined) throw refused(`unexpected argument ${JSON.stringify(surplus)}`);
  if (positionals.length < takes.least)
    throw refused(
      `it takes ${takes.shown}, and ${positionals.length === 0 ? 'nothing was' : 'less was'} given`,
    );
  return parsed;
}

/** True for `-h` and `--help`. */
export function isHelpOption(arg: string): boolean {
  return arg === '-h' || arg === '--help';
}

/** True when the arguments of a command ask for its help: what stands behind `--` is no option. */
export function asksForHelp(args: readonly string[]): boolean {
  return beforeSeparator(args).some(isHelpOption);
}

/** True when the arguments of a command ask for the version. */
export function asksForVersion(args: readonly string[]): boolean {
  return beforeSeparator(args).some((arg) => arg === '-v' || arg === '--version');
}

function beforeSeparator(args: readonly string[]): readonly string[] {
  const separator = args.indexOf('--');
  return separator < 0 ? args : args.slice(0, separator);
}

/** The error of an option that stands where the name of a command is needed. */
export function unknownOption(command: string, option: string, hint: string): GgufError {
  return new GgufError('BAD_OPTIONS', `${command}: ${unknown(option, ['help', 'version'])}`, { hint });
}

function problem(cause: unknown, names: readonly string[]): string {
  const message = (cause as Error).message;
  if (systemErrorCode(cause) !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return message;
  // Node adds how an argument is written that looks like an option.
  return unknown(/'(--?[^']*)'/.exec(message)?.[1] ?? '', names);
}

function unknown(option: string, names: readonly string[]): string {
  const known = names.map((name) => `--${name}`);
  const instead = known.length === 0 ? 'there are none here' : `there are ${known.join(', ')}`;
  return `unknown option ${option}${didYouMean(option, known)}: ${instead}`;
}
