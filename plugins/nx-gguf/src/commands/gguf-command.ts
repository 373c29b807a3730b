import { parseArgs } from 'node:util';
import { prettyJson, type Json } from '../core/canonical-json.js';
import { GgufError } from '../core/errors.js';
import type { Report } from '../core/events.js';
import { inspectGguf } from '../gguf/inspect.js';
import { diffGguf, isSameGguf } from '../gguf/diff.js';
import { readGgufHeader } from '../gguf/header.js';
import { diffText, inspectionText } from '../report/inspection.js';
import { withAnyGguf } from '../upstream/any-gguf.js';
import { storeLayout } from '../store/layout.js';
import { defaultStoreRoot } from '../store/store.js';
import { rangedTransfer, transferSettings } from '../transport/transfer-settings.js';

/** The parts of this process that the command uses. */
export interface GgufCommandContext {
  env: Readonly<Record<string, string | undefined>>;
  print: (text: string) => void;
  report: Report;
}

const usage = `gguf: shows and compares GGUF files

  gguf inspect FILE [--json]           metadata and tensors, types per role, bits per weight, importance matrix
  gguf diff A B [--json]               how two files differ, down to the bytes of each tensor

FILE, A and B are paths, http(s) URLs (read by ranges; nothing is downloaded as a whole to inspect it) or the first
characters, at least 6, of a digest in the store. Exit codes are those of diff: 0 same, 1 different, 2 trouble.`;

/** Runs `gguf`; the exit code. 1 means that the files differ. */
export async function runGgufCommand(
  argv: readonly string[],
  { env, print, report }: GgufCommandContext,
): Promise<number> {
  const [name = '--help', ...args] = argv;
  if (name === '--help' || name === '-h' || args.includes('--help')) {
    print(usage);
    return 0;
  }
  const { files, json } = optionsOf(args);
  const context = {
    env,
    store: storeLayout(defaultStoreRoot(env)),
    report,
    signal: undefined,
    settings: transferSettings(env, rangedTransfer),
  };
  const [a = '', b = ''] = files;
  if (name === 'inspect' && files.length === 1) {
    const inspection = await withAnyGguf(a, context, async (source) =>
      inspectGguf(await readGgufHeader(source)),
    );
    print(json ? prettyJson(inspection as unknown as Json).trimEnd() : inspectionText(inspection));
    return 0;
  }
  if (name === 'diff' && files.length === 2) {
    const diff = await withAnyGguf(a, context, (first) =>
      withAnyGguf(b, context, (second) => diffGguf(first, second)),
    );
    print(json ? prettyJson(diff as unknown as Json).trimEnd() : diffText(diff));
    return isSameGguf(diff) ? 0 : 1;
  }
  throw new GgufError(
    'BAD_OPTIONS',
    name === 'inspect' || name === 'diff'
      ? `gguf ${name} takes ${name === 'inspect' ? 'one file' : 'two files'}`
      : `gguf has no command ${JSON.stringify(name)}`,
    { hint: usage },
  );
}

function optionsOf(args: readonly string[]): { files: string[]; json: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean', default: false } },
      allowPositionals: true,
      strict: true,
    });
    return { files: positionals, json: values.json };
  } catch (cause) {
    throw new GgufError('BAD_OPTIONS', (cause as Error).message, { cause, hint: usage });
  }
}
