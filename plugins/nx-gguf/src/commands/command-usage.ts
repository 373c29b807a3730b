import type { ParseArgsConfig } from 'node:util';

/** An option of a command: as node:util parses it, with what its value is called and what it does. */
type CommandOption = NonNullable<ParseArgsConfig['options']>[string] & {
  readonly value?: string;
  readonly does: string;
};

/** What a command takes and does: its arguments are checked by it, and its help is written from it. */
export interface CommandUsage {
  /** As it is typed, e.g. `store gc`. */
  readonly name: string;
  /** Its arguments as the help shows them, e.g. `A B`; with how many there must be, and may be. */
  readonly takes?: { readonly shown: string; readonly least: number; readonly most: number };
  readonly does: string;
  readonly options?: Readonly<Record<string, CommandOption>>;
  /** Paragraphs below the options. */
  readonly notes?: readonly string[];
}

/** The exit codes of all commands. */
export const exitCodes =
  'Exit code: 0 fine; 1 the answer is no (files differ, damage was found, a result was not uploaded); 2 trouble (wrong usage or an error).';

const column = 37;

/** The help of one command: how it is typed, what it does, its options, the exit codes. */
export function usageText(usage: CommandUsage): string {
  const options = Object.entries(usage.options ?? {}).map(
    ([name, option]) => [written(name, option), option.does] as const,
  );
  return [
    `  ${typed(usage)}`,
    `\n${usage.does}\n`,
    ...[...options, ['-h, --help', 'shows this'] as const].map((row) => aligned(...row, 20)),
    ...[...(usage.notes ?? []), exitCodes].map((note) => `\n${note}`),
  ].join('\n');
}

/** The lines of several commands, one each: how it is typed, and what it does. */
export function usageList(usages: readonly CommandUsage[]): string {
  return usages.map((usage) => aligned(typed(usage), usage.does, column)).join('\n');
}

function typed({ name, takes, options = {} }: CommandUsage): string {
  const optional = Object.entries(options).map(
    ([option, spec]) => `[${written(option, spec)}]${spec.multiple === true ? '...' : ''}`,
  );
  return ['nx-gguf', name, ...(takes === undefined ? [] : [takes.shown]), ...optional].join(' ');
}

function written(name: string, { value }: CommandOption): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

function aligned(left: string, right: string, width: number): string {
  return left.length < width
    ? `  ${left.padEnd(width)}${right}`
    : `  ${left}\n  ${' '.repeat(width)}${right}`;
}
