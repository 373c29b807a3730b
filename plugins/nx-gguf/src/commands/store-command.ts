import { GgufError } from '../core/errors.js';
import { didYouMean } from '../core/suggestion.js';
import { defaultStoreRoot, openStore } from '../store/store.js';
import { removeUnused } from './store-collection.js';
import { printActions, printUsage } from './store-listing.js';
import { storeHelp, type StoreCommand, type StoreCommandContext } from './store-options.js';
import { printPath } from './store-path.js';
import { uploadResults } from './store-upload.js';
import { verifyContents } from './store-verification.js';

const commands: Readonly<Record<string, StoreCommand>> = {
  ls: printActions,
  path: printPath,
  du: printUsage,
  verify: verifyContents,
  gc: removeUnused,
  push: uploadResults,
};

/** The names of what `nx-gguf store` can do. */
export const storeCommandNames: readonly string[] = Object.keys(commands);

/** Runs `nx-gguf store`; the exit code. 1 also means that `verify` found damage. */
export async function runStoreCommand(
  argv: readonly string[],
  context: StoreCommandContext,
): Promise<number> {
  const [name = '--help', ...args] = argv;
  if (name === '--help' || name === '-h' || args.includes('--help')) {
    context.print(storeHelp);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined)
    throw new GgufError(
      'UNKNOWN_COMMAND',
      `nx-gguf store has no command ${JSON.stringify(name)}${didYouMean(name, storeCommandNames)}`,
      { hint: storeHelp },
    );
  return command(await openStore(defaultStoreRoot(context.env)), args, context);
}
