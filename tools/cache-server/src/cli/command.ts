import { createRequire } from 'node:module';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { GgufError } from 'nx-gguf/store';
import { checkedConfig, readConfig, settingsOf, type Settings } from '../config/settings.js';
import { serve } from './serve.js';
import { tokenCommand } from './token-command.js';

/** What the command needs of the process that it runs in. */
export interface CommandContext {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  print: (text: string) => void;
  /** True when a person sees at once what is printed, and no log keeps it. */
  isTerminal: boolean;
  nowMs: () => number;
  /** Ends when the process is told to stop. */
  stopped: Promise<void>;
  logTo: NodeJS.WritableStream;
}

/** What `--help` prints. */
export const usage = `nx-gguf-cache-server: a cache for teams that use nx-gguf

  nx-gguf-cache-server                 serve; the first start makes a token, and says where it is
  nx-gguf-cache-server token create --scope read,write [--namespace trusted] [--note TEXT] [--days N]
                                       print a new token, which is shown this once; limits of its own:
                                       --requests-per-minute N, --upload-bytes-per-hour N, --max-blob-bytes N
  nx-gguf-cache-server token list      tokens that are known, without their secrets
  nx-gguf-cache-server token revoke ID

  --config FILE     settings, JSON; see schemas/config.schema.json
  --directory DIR   where everything is (nx-gguf-cache-server under the XDG cache directory)
  --host ADDRESS    address to listen on (127.0.0.1)
  --port PORT       port to listen on (8371)
  --anonymous read  let everybody read what is trusted (none)`;

const flags = {
  config: { type: 'string' },
  directory: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  anonymous: { type: 'string' },
  scope: { type: 'string' },
  namespace: { type: 'string' },
  note: { type: 'string' },
  days: { type: 'string' },
  'requests-per-minute': { type: 'string' },
  'upload-bytes-per-hour': { type: 'string' },
  'max-blob-bytes': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

/** The flags of the command, as they were given. */
export type Flags = { readonly [name in keyof typeof flags]?: string | boolean };

/** Runs the command; the exit code. */
export async function runCommand(argv: readonly string[], context: CommandContext): Promise<number> {
  const { values, positionals } = parse(argv);
  if (values.help === true) {
    context.print(usage);
    return 0;
  }
  if (values.version === true) {
    context.print(
      (createRequire(import.meta.url)('nx-gguf-cache-server/package.json') as { version: string }).version,
    );
    return 0;
  }
  const settings = await settingsFrom(values, context);
  const [command = 'serve', ...rest] = positionals;
  if (command === 'serve' && rest.length === 0) return serve(settings, context);
  if (command === 'token') return tokenCommand(settings, { args: rest, flags: values, context });
  throw new GgufError('UNKNOWN_COMMAND', `there is no command ${JSON.stringify(positionals.join(' '))}`, {
    hint: usage,
  });
}

async function settingsFrom(values: Flags, { env, cwd }: CommandContext): Promise<Settings> {
  const { config, base } =
    typeof values.config === 'string' ? await readConfig(values.config) : { config: {}, base: cwd };
  const given: Record<string, unknown> = {};
  for (const name of ['host', 'anonymous'] as const)
    if (values[name] !== undefined) given[name] = values[name];
  if (values.port !== undefined) given['port'] = Number(values.port);
  const settings = settingsOf({ ...config, ...checkedConfig(given, 'the command line') }, { env, base });
  return typeof values.directory === 'string'
    ? { ...settings, directory: settingsOf({ directory: values.directory }, { env, base: cwd }).directory }
    : settings;
}

function parse(argv: readonly string[]): { values: Flags; positionals: string[] } {
  try {
    return parseArgs({ args: [...argv], options: flags, allowPositionals: true, strict: true });
  } catch (cause) {
    throw new GgufError('BAD_OPTIONS', (cause as Error).message, { cause, hint: usage });
  }
}
