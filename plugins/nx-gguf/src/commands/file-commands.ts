import { prettyJson, type Json } from '../core/canonical-json.js';
import { GgufError } from '../core/errors.js';
import type { Report } from '../core/events.js';
import { inspectGguf } from '../gguf/inspect.js';
import { diffGguf, isSameGguf } from '../gguf/diff.js';
import { readGgufHeader } from '../gguf/header.js';
import { diffText, inspectionText } from '../report/inspection.js';
import { withAnyGguf } from '../upstream/selection/any-gguf.js';
import { parsedArguments } from './parsed-arguments.js';
import { storeLayout } from '../store/layout.js';
import { defaultStoreRoot } from '../store/store.js';
import { rangedTransfer, transferSettings } from '../transport/transfer-settings.js';

/** The parts of this process that the command uses. */
export interface FileCommandContext {
  env: Readonly<Record<string, string | undefined>>;
  print: (text: string) => void;
  report: Report;
}

/** What `nx-gguf inspect --help` and `nx-gguf diff --help` print. */
export const fileHelp = `nx-gguf: shows and compares GGUF files

  nx-gguf inspect FILE [--json]        metadata and tensors, types per role, bits per weight, importance matrix
  nx-gguf diff A B [--json]            how two files differ, down to the bytes of each tensor

FILE, A and B are paths, http(s) URLs (read by ranges; nothing is downloaded as a whole to inspect it) or the first
characters, at least 6, of a digest in the store. Exit codes are those of diff: 0 same, 1 different, 2 trouble.`;

/** `nx-gguf inspect`: the header of a GGUF as tables; the exit code. */
export async function inspectFile(args: readonly string[], context: FileCommandContext): Promise<number> {
  if (args.includes('--help')) return explained(context);
  const {
    files: [file],
    json,
  } = optionsOf(args, { name: 'inspect', files: 1 });
  const inspection = await withAnyGguf(file, filePlaces(context), async (source) =>
    inspectGguf(await readGgufHeader(source)),
  );
  context.print(json ? prettyJson(inspection as unknown as Json).trimEnd() : inspectionText(inspection));
  return 0;
}

/** `nx-gguf diff`: how two GGUFs differ; the exit code, 1 where they do. */
export async function diffFiles(args: readonly string[], context: FileCommandContext): Promise<number> {
  if (args.includes('--help')) return explained(context);
  const {
    files: [a, b],
    json,
  } = optionsOf(args, { name: 'diff', files: 2 });
  const places = filePlaces(context);
  const diff = await withAnyGguf(a, places, (first) =>
    withAnyGguf(b, places, (second) => diffGguf(first, second)),
  );
  context.print(json ? prettyJson(diff as unknown as Json).trimEnd() : diffText(diff));
  return isSameGguf(diff) ? 0 : 1;
}

function explained({ print }: FileCommandContext): number {
  print(fileHelp);
  return 0;
}

function filePlaces({ env, report }: FileCommandContext) {
  return {
    env,
    store: storeLayout(defaultStoreRoot(env)),
    report,
    signal: undefined,
    settings: transferSettings(env, rangedTransfer),
  };
}

function optionsOf(
  args: readonly string[],
  command: { name: string; files: 1 | 2 },
): { files: [string, string]; json: boolean } {
  const { values, positionals } = parsedArguments(
    args,
    { json: { type: 'boolean', default: false } },
    fileHelp,
  );
  if (positionals.length !== command.files)
    throw new GgufError(
      'BAD_OPTIONS',
      `nx-gguf ${command.name} takes ${command.files === 1 ? 'one file' : 'two files'}`,
      { hint: fileHelp },
    );
  const [a = '', b = ''] = positionals;
  return { files: [a, b], json: values['json'] === true };
}
