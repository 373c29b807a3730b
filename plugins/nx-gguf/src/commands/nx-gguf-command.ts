import { createRequire } from 'node:module';
import { GgufError } from '../core/errors.js';
import { didYouMean } from '../core/suggestion.js';
import type { FileCommandContext } from './file-commands.js';
import type { StoreCommandContext } from './store-options.js';

/** The parts of this process that the commands use. */
export type CommandContext = FileCommandContext & StoreCommandContext;

type Command = (args: readonly string[], context: CommandContext) => Promise<number>;

// What a command needs is loaded when it is called: to show a header takes no store.
const commands: Readonly<Record<string, Command>> = {
  store: async (args, context) => (await import('./store-command.js')).runStoreCommand(args, context),
  inspect: async (args, context) => (await import('./file-commands.js')).inspectFile(args, context),
  diff: async (args, context) => (await import('./file-commands.js')).diffFiles(args, context),
};

/** What `nx-gguf --help` prints. */
const help = `nx-gguf: looks into GGUF files, and after the store of nx-gguf

  nx-gguf inspect FILE                 metadata and tensors of a GGUF
  nx-gguf diff A B                     how two GGUFs differ, down to the bytes of each tensor
  nx-gguf store COMMAND                what is kept on this machine: ls, path, du, verify, gc, push

\`nx-gguf inspect --help\` and \`nx-gguf store --help\` show all options; --version prints the version. Models are
made by Nx: \`npx nx show projects\` lists them, \`npx nx show project NAME\` what can be made of one.`;

/**
 * Runs `nx-gguf`; the exit code.
 * @throws GgufError `UNKNOWN_COMMAND`, and what the commands throw
 */
export async function runNxGguf(argv: readonly string[], context: CommandContext): Promise<number> {
  const [name = '--help', ...args] = argv;
  if (name === '--help' || name === '-h') {
    context.print(help);
    return 0;
  }
  if (name === '--version' || (args[0] === '--version' && Object.hasOwn(commands, name))) {
    context.print(packageVersion());
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command !== undefined) return command(args, context);
  const { storeCommandNames } = await import('./store-command.js');
  const known = [...Object.keys(commands), ...storeCommandNames.map((word) => `store ${word}`)];
  const suggestion = storeCommandNames.includes(name)
    ? ` (did you mean 'store ${name}'?)`
    : didYouMean(name, known);
  throw new GgufError('UNKNOWN_COMMAND', `nx-gguf has no command ${JSON.stringify(name)}${suggestion}`, {
    hint: help,
  });
}

function packageVersion(): string {
  return (createRequire(import.meta.url)('nx-gguf/package.json') as { version: string }).version;
}
