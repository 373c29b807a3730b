import { parseArgs, type ParseArgsConfig } from 'node:util';
import { markdownTable } from 'markdown-table';
import prettyBytes from 'pretty-bytes';
import { GgufError } from '../core/errors.js';
import type { WorkEvent } from '../core/events.js';
import { createRemotes } from '../remote/create-remotes.js';
import { removeOldNotes } from '../remote/old-journals.js';
import { readManifest } from '../store/actions.js';
import { checkedBlob, findBlob } from '../store/blobs.js';
import { collectGarbage } from '../store/gc.js';
import type { StoreLayout } from '../store/layout.js';
import { ownedName } from '../files/process-file-name.js';
import { defaultStoreRoot, openStore } from '../store/store.js';
import { listActions, listBlobs, storeUsage } from '../store/usage.js';
import { verifyStore } from '../store/verify.js';
import { removeUnusedToolchains, toolchainsNamed } from '../toolchain/unused-toolchains.js';
import { verifyDeep } from './verify-deep.js';

/** What the command needs of the process it runs in. */
export interface StoreCommandContext {
  env: Readonly<Record<string, string | undefined>>;
  /** Options of the plugin in nx.json, where the command runs in a workspace. */
  pluginOptions?: unknown;
  nowMs: number;
  print: (text: string) => void;
}

type Command = (
  layout: StoreLayout,
  args: readonly string[],
  context: StoreCommandContext,
) => Promise<number>;

const usage = `gguf-store: looks after the store of nx-gguf (NX_GGUF_STORE, else nx-gguf in the XDG cache directory)

  gguf-store ls [--files]              actions that are known: key, step, files, size
  gguf-store path [DIGEST]             directory of the store, or path of the blob that starts with DIGEST
  gguf-store du                        how much space blobs and toolchains take
  gguf-store verify [--repair] [--deep]
                                       hash every blob again; --repair removes damaged ones, so that they are made again;
                                       --deep also quantizes every variant again, in full, whose inputs and tools are here
  gguf-store push                      upload all results to the remotes that NX_GGUF_REMOTE or nx.json names
  gguf-store gc [--keep DIR]... [--keep-days N] [--dry-run]
                                       remove what was not used for N days (30) and is named by no manifest below DIR,
                                       toolchains too`;

const commands: Readonly<Record<string, Command>> = { ls, path, du, verify, gc, push };
const hour = 3_600_000;
const day = 24 * hour;

/** Runs `gguf-store`; the exit code. 1 also means that `verify` found damage. */
export async function runStoreCommand(
  argv: readonly string[],
  context: StoreCommandContext,
): Promise<number> {
  const [name = '--help', ...args] = argv;
  if (name === '--help' || name === '-h' || args.includes('--help')) {
    context.print(usage);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined)
    throw new GgufError('UNKNOWN_COMMAND', `gguf-store has no command ${JSON.stringify(name)}`, {
      hint: usage,
    });
  return command(await openStore(defaultStoreRoot(context.env)), args, context);
}

async function ls(
  layout: StoreLayout,
  args: readonly string[],
  { print }: StoreCommandContext,
): Promise<number> {
  const files = options(args, { spec: { files: { type: 'boolean', default: false } } }).values['files'];
  const rows: string[][] = [];
  for await (const { digest } of listActions(layout)) {
    const manifest = await readManifest(layout.action(digest)).catch(() => null);
    if (manifest === null) {
      rows.push([digest.slice(0, 12), 'unreadable', '', '']);
      continue;
    }
    const bytes = manifest.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    rows.push([
      digest.slice(0, 12),
      manifest.step,
      manifest.files.length === 1 ? (manifest.files[0]?.name ?? '') : `${manifest.files.length} files`,
      prettyBytes(bytes, { binary: true }),
    ]);
    if (files === true)
      for (const file of manifest.files)
        rows.push([
          '',
          '',
          `${file.sha256.slice(0, 12)} ${file.name}`,
          prettyBytes(file.sizeBytes, { binary: true }),
        ]);
  }
  rows.sort((a, b) =>
    files === true ? 0 : `${a[1] ?? ''} ${a[2] ?? ''}` < `${b[1] ?? ''} ${b[2] ?? ''}` ? -1 : 1,
  );
  print(markdownTable([['action', 'step', 'files', 'size'], ...rows], { align: ['l', 'l', 'l', 'r'] }));
  return 0;
}

async function path(
  layout: StoreLayout,
  args: readonly string[],
  { print }: StoreCommandContext,
): Promise<number> {
  const [prefix] = options(args, { positionals: 1 }).positionals;
  if (prefix === undefined) {
    print(layout.root);
    return 0;
  }
  const found: string[] = [];
  for await (const { digest, sizeBytes } of listBlobs(layout)) {
    if (digest.startsWith(prefix) && (await checkedBlob(layout, { sha256: digest, sizeBytes })) !== null)
      found.push(layout.blob(digest));
  }
  const outside = found.length === 0 ? await referred(layout, prefix) : null;
  if (outside !== null) found.push(outside);
  if (found.length === 0)
    throw new GgufError('BLOB_MISSING', `no blob starts with ${prefix}`, {
      hint: '`gguf-store ls --files` lists the digests.',
    });
  for (const blob of found) print(blob);
  return 0;
}

async function referred(layout: StoreLayout, prefix: string): Promise<string | null> {
  for await (const { digest } of listActions(layout)) {
    const manifest = await readManifest(layout.action(digest)).catch(() => null);
    for (const file of manifest?.files ?? []) {
      const found = file.sha256.startsWith(prefix) ? await findBlob(layout, file) : null;
      if (found !== null) return found;
    }
  }
  return null;
}

async function du(
  layout: StoreLayout,
  args: readonly string[],
  { print }: StoreCommandContext,
): Promise<number> {
  options(args);
  const { blobs, blobBytes, actions, toolchains } = await storeUsage(layout);
  const rows = [
    ['blobs', String(blobs), prettyBytes(blobBytes, { binary: true })],
    ['actions', String(actions), ''],
    ...toolchains.map(({ name, sizeBytes }) => [
      `toolchains/${name.slice(0, 24)}`,
      '',
      prettyBytes(sizeBytes, { binary: true }),
    ]),
  ];
  print(markdownTable([[layout.root, 'count', 'size'], ...rows], { align: ['l', 'r', 'r'] }));
  return 0;
}

async function verify(
  layout: StoreLayout,
  args: readonly string[],
  { env, print }: StoreCommandContext,
): Promise<number> {
  const { values } = options(args, {
    spec: { repair: { type: 'boolean', default: false }, deep: { type: 'boolean', default: false } },
  });
  const repair = values['repair'] === true;
  const { blobs, damagedBlobs, actions, damagedActions, foreignActions, tensors } = await verifyStore(
    layout,
    { repair },
  );
  for (const digest of damagedBlobs) print(`damaged blob ${digest}${repair ? ': removed' : ''}`);
  for (const { key, reason } of damagedActions)
    print(`damaged action ${key}: ${reason}${repair ? ': removed' : ''}`);
  for (const { key, reason } of foreignActions) print(`left alone: action ${key}: ${reason}`);
  // Dangling places are no damage: they are hints, and are dropped when they are met.
  for (const { blob, reason } of tensors.problems)
    print(`tensors of ${blob}: ${reason}${repair ? ': forgotten' : ''}`);
  print(
    `${blobs} blobs, ${damagedBlobs.length} damaged; ${actions} actions, ${damagedActions.length} damaged`,
  );
  const isSound = damagedBlobs.length + damagedActions.length === 0;
  const isSame = values['deep'] !== true || (await verifyDeep(layout, { repair, env, print }));
  return (isSound && isSame) || repair ? 0 : 1;
}

async function gc(
  layout: StoreLayout,
  args: readonly string[],
  { print, nowMs }: StoreCommandContext,
): Promise<number> {
  const { values } = options(args, {
    spec: {
      keep: { type: 'string', multiple: true },
      'keep-days': { type: 'string', default: '30' },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  const days = String(values['keep-days']);
  // Number('') is 0, which would keep nothing.
  if (!/^\d+(\.\d+)?$/.test(days))
    throw new GgufError('BAD_OPTIONS', `--keep-days takes a number of days, not ${JSON.stringify(days)}`, {
      hint: usage,
    });
  const dryRun = values['dry-run'] === true;
  const usedSinceMs = nowMs - Number(days) * day;
  const named = new Set<string>();
  const result = await collectGarbage(layout, {
    keep: (values['keep'] as string[] | undefined) ?? [],
    usedSinceMs,
    dryRun,
    nowMs,
    onKept: (manifest) => {
      for (const identity of toolchainsNamed(manifest)) named.add(identity);
    },
  });
  const notes = await removeOldNotes(layout, { usedSinceMs, nowMs, dryRun });
  // What a step is working with was looked up when it began; a step that is about to begin has done so within
  // the hour.
  const toolchains =
    result.running > 0
      ? []
      : await removeUnusedToolchains(layout.toolchains, {
          named,
          usedSinceMs: Math.min(usedSinceMs, nowMs - hour),
          dryRun,
        });
  const removed = dryRun ? 'would remove' : 'removed';
  const shown = (bytes: number): string => prettyBytes(bytes, { binary: true });
  for (const { name, sizeBytes } of toolchains) print(`${removed} toolchains/${name} (${shown(sizeBytes)})`);
  print(
    `${removed} ${result.actions} actions and ${result.blobs} blobs (${shown(result.blobBytes)}), ${result.tensorIndexes === 0 ? '' : `${result.tensorIndexes} tensor indexes, `}${result.leftovers + notes} leftovers of killed runs; kept ${result.keptActions} actions and ${result.keptBlobs} blobs`,
  );
  return 0;
}

async function push(
  layout: StoreLayout,
  args: readonly string[],
  { env, pluginOptions, print }: StoreCommandContext,
): Promise<number> {
  options(args);
  const failures: string[] = [];
  const report = (event: WorkEvent): void => {
    if (event.type === 'warning') failures.push(event.message);
  };
  const remotes = createRemotes({
    store: layout,
    env,
    pluginOptions,
    run: ownedName(),
    report,
    signal: undefined,
  });
  if (remotes.names.length === 0)
    throw new GgufError('NO_REMOTE', 'there is no remote to upload to', {
      hint: 'Set NX_GGUF_REMOTE, in the shell or in the workspace\'s .env.local, or the option "remote" of the plugin in nx.json.',
    });
  let count = 0;
  for await (const { digest } of listActions(layout)) {
    const manifest = await readManifest(layout.action(digest)).catch(() => null);
    if (manifest === null) continue;
    count++;
    await remotes.offer(manifest);
  }
  await remotes.finish();
  for (const message of failures) print(`warning: ${message}`);
  print(`offered ${count} results to ${remotes.names.join(' and ')}`);
  return failures.length === 0 ? 0 : 1;
}

function options(
  args: readonly string[],
  {
    spec = {},
    positionals: most = 0,
  }: { spec?: NonNullable<ParseArgsConfig['options']>; positionals?: number } = {},
) {
  try {
    const parsed = parseArgs({ args: [...args], options: spec, allowPositionals: true, strict: true });
    const surplus = parsed.positionals[most];
    if (surplus !== undefined) throw new Error(`unexpected argument ${JSON.stringify(surplus)}`);
    return parsed;
  } catch (cause) {
    throw new GgufError('BAD_OPTIONS', (cause as Error).message, { cause, hint: usage });
  }
}
