import { prettyJson, type Json } from '../core/json/canonical-json.js';
import type { Report } from '../core/events.js';
import { inspectGguf } from '../gguf/inspect.js';
import { diffGguf, isSameGguf } from '../gguf/diff.js';
import { readGgufHeader } from '../gguf/header/header.js';
import { diffText, inspectionText } from '../report/inspection.js';
import { withAnyGguf, type GgufPlaces } from '../upstream/selection/any-gguf.js';
import { usageText, type CommandUsage } from './command-usage.js';
import { asksForHelp, parsedArguments } from './parsed-arguments.js';
import { commandUsages } from './usages.js';
import { storeLayout } from '../store/layout.js';
import { defaultStoreRoot } from '../store/store.js';
import { rangedTransfer, transferSettings } from '../transport/transfer-settings.js';

/** The parts of this process that the command uses. */
export interface FileCommandContext {
  env: Readonly<Record<string, string | undefined>>;
  print: (text: string) => void;
  report: Report;
  /** The workspace that the command runs in, if any. */
  workspaceRoot?: string | null;
}

/** `nx-gguf inspect`: the header of a GGUF as tables; the exit code. */
export async function inspectFile(args: readonly string[], context: FileCommandContext): Promise<number> {
  const usage = commandUsages.inspect;
  if (asksForHelp(args)) return explained(usage, context);
  const {
    positionals: [file = ''],
    values: { json },
  } = parsedArguments(args, usage);
  const inspection = await withAnyGguf(file, filePlaces(context), async (source) =>
    inspectGguf(await readGgufHeader(source)),
  );
  context.print(
    json === true ? prettyJson(inspection as unknown as Json).trimEnd() : inspectionText(inspection),
  );
  return 0;
}

/** `nx-gguf diff`: how two GGUFs differ; the exit code, 1 where they do. */
export async function diffFiles(args: readonly string[], context: FileCommandContext): Promise<number> {
  const usage = commandUsages.diff;
  if (asksForHelp(args)) return explained(usage, context);
  const {
    positionals: [a = '', b = ''],
    values: { json },
  } = parsedArguments(args, usage);
  const places = filePlaces(context);
  const diff = await withAnyGguf(a, places, (first) =>
    withAnyGguf(b, places, (second) => diffGguf(first, second)),
  );
  context.print(json === true ? prettyJson(diff as unknown as Json).trimEnd() : diffText(diff));
  return isSameGguf(diff) ? 0 : 1;
}

function explained(usage: CommandUsage, { print }: FileCommandContext): number {
  print(usageText(usage));
  return 0;
}

function filePlaces({ env, report, workspaceRoot = null }: FileCommandContext): GgufPlaces {
  return {
    env,
    store: storeLayout(defaultStoreRoot(env)),
    report,
    signal: undefined,
    settings: transferSettings(env, rangedTransfer),
    workspaceRoot,
  };
}
