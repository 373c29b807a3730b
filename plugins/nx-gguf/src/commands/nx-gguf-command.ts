import { createRequire } from 'node:module';
import { GgufError } from '../core/errors.js';
import { didYouMean } from '../core/suggestion.js';
import type { FileCommandContext } from './file-commands.js';
import { rootHelp } from './help-texts.js';
import { asksForVersion, isHelpOption, unknownOption } from './parsed-arguments.js';
import type { StoreCommandContext } from './store-options.js';
import { storeCommandNames } from './usages.js';

/** The parts of this process that the commands use. */
export type CommandContext = FileCommandContext & StoreCommandContext;

type Command = (args: readonly string[], context: CommandContext) => Promise<number>;

// What a command needs is loaded when it is called: to show a header takes no store.
const commands: Readonly<Record<string, Command>> = {
  store: async (args, context) => (await import('./store-command.js')).runStoreCommand(args, context),
  inspect: async (args, context) => (await import('./file-commands.js')).inspectFile(args, context),
  diff: async (args, context) => (await import('./file-commands.js')).diffFiles(args, context),
};

/**
 * Runs `nx-gguf`; the exit code.
 * @throws GgufError `UNKNOWN_COMMAND`, `BAD_OPTIONS`, and what the commands throw
 */
export async function runNxGguf(argv: readonly string[], context: CommandContext): Promise<number> {
  const [name = 'help', ...args] = argv;
  if (isHelpOption(name) || (name === 'help' && args.length === 0)) {
    context.print(rootHelp);
    return 0;
  }
  if (name === 'help') return runNxGguf([...args, '--help'], context);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (asksForVersion(command === undefined ? [name] : args)) {
    context.print(packageVersion());
    return 0;
  }
  if (command !== undefined) return command(args, context);
  if (name.startsWith('-')) throw unknownOption('nx-gguf', name, rootHelp);
  const known = [...Object.keys(commands), ...storeCommandNames.map((word) => `store ${word}`)];
  const suggestion = storeCommandNames.includes(name)
    ? ` (did you mean 'store ${name}'?)`
    : didYouMean(name, known);
  throw new GgufError('UNKNOWN_COMMAND', `nx-gguf has no command ${JSON.stringify(name)}${suggestion}`, {
    hint: rootHelp,
  });
}

function packageVersion(): string {
  return (createRequire(import.meta.url)('nx-gguf/package.json') as { version: string }).version;
}
