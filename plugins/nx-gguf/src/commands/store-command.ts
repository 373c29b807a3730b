import { GgufError } from '../core/errors.js';
import { didYouMean } from '../core/suggestion.js';
import { linkedNames } from '../files/own-tree.js';
import { defaultStoreRoot, openStore, readStore } from '../store/store.js';
import type { StoreLayout } from '../store/layout.js';
import { usageText } from './command-usage.js';
import { storeHelp } from './help-texts.js';
import { asksForHelp, isHelpOption, parsedArguments, unknownOption } from './parsed-arguments.js';
import { removeUnused } from './store-collection.js';
import { printActions, printUsage } from './store-listing.js';
import type { StoreCommand, StoreCommandContext } from './store-options.js';
import { printPath } from './store-path.js';
import { scrubStore } from './store-scrub.js';
import { uploadResults } from './store-upload.js';
import { verifyContents } from './store-verification.js';
import { commandUsages, storeCommandNames } from './usages.js';

const commands: Readonly<Record<string, StoreCommand>> = {
  ls: printActions,
  path: printPath,
  du: printUsage,
  scrub: scrubStore,
  verify: verifyContents,
  push: uploadResults,
  gc: removeUnused,
};

/** Runs `nx-gguf store`; the exit code. 1 means that `scrub` or `verify` found damage, or that `push` left something out. */
export async function runStoreCommand(
  argv: readonly string[],
  context: StoreCommandContext,
): Promise<number> {
  const [name = 'help', ...args] = argv;
  if (isHelpOption(name) || (name === 'help' && args.length === 0)) {
    context.print(storeHelp);
    return 0;
  }
  if (name === 'help') return runStoreCommand([...args, '--help'], context);
  if (name.startsWith('-')) throw unknownOption('nx-gguf store', name, storeHelp);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined)
    throw new GgufError(
      'UNKNOWN_COMMAND',
      `nx-gguf store has no command ${JSON.stringify(name)}${didYouMean(name, storeCommandNames)}`,
      { hint: storeHelp },
    );
  const usage = commandUsages[`store ${name}` as keyof typeof commandUsages];
  if (asksForHelp(args)) {
    context.print(usageText(usage));
    return 0;
  }
  // Before the store is opened, so that a slip of the pen makes no directory.
  const parsed = parsedArguments(args, usage);
  const store = await storeFor(name, parsed.values, context);
  if (['du', 'verify', 'gc'].includes(name))
    for (const linked of await linkedNames(store.root, ['tensors']))
      context.print(`left alone: ${linked} is a link, and what is behind it is not the store's own`);
  return command(store, parsed, context);
}

/** The store for a command; one that only reads needs no right to write, and makes no store where there is none. */
async function storeFor(
  name: string,
  values: Readonly<Record<string, unknown>>,
  { env, report }: StoreCommandContext,
): Promise<StoreLayout> {
  const root = defaultStoreRoot(env);
  const isReading =
    ['ls', 'path', 'du'].includes(name) ||
    (name === 'verify' && values['repair'] !== true && values['deep'] !== true);
  if (!isReading) return openStore(root, env);
  const { layout, isThere } = await readStore(root);
  if (!isThere) report?.({ type: 'warning', message: `warning: there is no store at ${root} yet` });
  return layout;
}
