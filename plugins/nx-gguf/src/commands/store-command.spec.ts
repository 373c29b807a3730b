import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { manifestText, putAction } from '../store/actions.js';
import type { WorkEvent } from '../core/events.js';
import { referToFile } from '../store/external.js';
import { lastHashedMs } from '../store/scrub-record.js';
import { storeLayout, type StoreLayout } from '../store/layout.js';
import {
  adopt,
  age,
  flipBit,
  manifestOf,
  put,
  temporaryDirectory,
  temporaryStore,
} from '../store/testing/temporary-store.js';
import { runStoreCommand } from './store-command.js';

const day = 86_400_000;
const weights = 'weights of a model';
const manifest = manifestOf({ 'tiny-Q6_K.gguf': weights });

/** A store with one result, not used for 40 days. */
async function usedStore(): Promise<StoreLayout> {
  const layout = temporaryStore();
  await adopt(layout, weights);
  await putAction(layout, manifest);
  for (const path of [
    layout.action(manifest.actionKey),
    layout.blob(sha256(weights)),
    layout.blobRecord(sha256(weights)),
  ])
    age(path, 40 * day);
  return layout;
}

async function run(
  layout: StoreLayout,
  ...argv: readonly string[]
): Promise<{ exitCode: number; output: string }> {
  const lines: string[] = [];
  const exitCode = await runStoreCommand(argv, {
    env: { NX_GGUF_STORE: layout.root },
    nowMs: Date.now(),
    print: (text) => lines.push(text),
  });
  return { exitCode, output: lines.join('\n') };
}

describe('nx-gguf store', () => {
  it.each([[[]], [['--help']], [['-h']], [['help']]])('%j explains every command', async (argv) => {
    const { exitCode, output } = await run(temporaryStore(), ...argv);
    expect(exitCode).toBe(0);
    for (const command of ['ls', 'path', 'du', 'verify', 'gc'])
      expect(output).toContain(`nx-gguf store ${command}`);
  });

  it.each(['list', 'LS', 'toString', '__proto__', ''])('has no command %j', async (name) => {
    await expect(run(temporaryStore(), name)).rejects.toMatchObject({
      code: 'UNKNOWN_COMMAND',
      hint: expect.stringMatching(/nx-gguf store verify/) as string,
    });
  });

  it.each([
    [['ls', '--long']],
    [['ls', 'models']],
    [['path', 'ab', 'cd']],
    [['du', '-x']],
    [['du', 'dist']],
    [['verify', '--fix']],
    [['verify', '--repair=yes']],
    [['scrub', 'dist']],
    [['scrub', '--rate']],
    [['scrub', '--rate=']],
    [['scrub', '--rate=0MB/s']],
    [['scrub', '--rate=100']],
    [['scrub', '--rate', 'fast']],
    [['scrub', '--for', '30']],
    [['scrub', '--for=0m']],
    [['scrub', '--for', 'ever']],
    [['gc', 'dist']],
    [['gc', '--keep']],
    [['gc', '--keep-days']],
    [['gc', '--keep-days', '']],
    [['gc', '--keep-days=']],
    [['gc', '--keep-days', '-1']],
    [['gc', '--keep-days=-1']],
    [['gc', '--keep-days', 'many']],
    [['gc', '--keep-days', '1e3']],
    [['gc', '--keep-days', 'Infinity']],
    [['gc', '--dry-run=no']],
  ])('refuses %j, says how it is meant, and does nothing', async (argv) => {
    const layout = await usedStore();
    await expect(run(layout, ...argv)).rejects.toMatchObject({
      code: 'BAD_OPTIONS',
      hint: expect.stringMatching(new RegExp(`nx-gguf store ${argv[0] ?? ''}`)) as string,
    });
    expect(existsSync(layout.action(manifest.actionKey))).toBe(true);
  });

  it('names the command that is near to an unknown one', async () => {
    await expect(run(temporaryStore(), 'verfy')).rejects.toThrow(
      `no command "verfy" (did you mean 'verify'?)`,
    );
  });

  it.each([[['ls']], [['path', 'ab']], [['gc']]])('%j refuses a store of another version', async (argv) => {
    const layout = temporaryStore();
    put(layout.format, '{"format":2}');
    await expect(run(layout, ...argv)).rejects.toMatchObject({ code: 'STORE_FORMAT' });
  });

  it.each([[['ls']], [['du']], [['path']], [['verify']], [['gc', '--oops']], [['ls', 'dist']]])(
    '%j makes no store where there is none, and says so',
    async (argv) => {
      const layout = storeLayout(join(temporaryDirectory(), 'mistyped'));
      const events: WorkEvent[] = [];
      const context = { env: { NX_GGUF_STORE: layout.root }, nowMs: 0, print: () => undefined };
      const isUsage = argv.length > 1;
      await expect(runStoreCommand(argv, { ...context, report: (event) => events.push(event) }))[
        isUsage ? 'rejects' : 'resolves'
      ].toEqual(isUsage ? expect.objectContaining({ code: 'BAD_OPTIONS' }) : 0);
      expect(events).toEqual(
        isUsage ? [] : [{ type: 'warning', message: `warning: there is no store at ${layout.root} yet` }],
      );
      expect(existsSync(layout.root)).toBe(false);
    },
  );

  it('a file where the store is said to be is told as that', async () => {
    const layout = storeLayout(put(join(temporaryDirectory(), 'file'), ''));
    for (const argv of [['ls'], ['gc']])
      await expect(run(layout, ...argv)).rejects.toMatchObject({
        code: expect.stringMatching(/^STORE_UN/) as string,
        message: expect.stringMatching(
          /a file lies where a directory is needed|something lies there/,
        ) as string,
      });
  });
});

describe('nx-gguf store ls', () => {
  it('shows what is known', async () => {
    const layout = await usedStore();
    await putAction(layout, manifestOf({ 'a.json': '1', 'b.json': '22' }, { step: 'fetch' }));
    put(layout.action(sha256('garbage')), '{');
    const { exitCode, output } = await run(layout, 'ls');
    expect(exitCode).toBe(0);
    expect(
      output
        .split('\n')
        .slice(2)
        .map((line) =>
          line
            .split('|')
            .slice(2, 5)
            .map((cell) => cell.trim()),
        ),
    ).toEqual([
      ['fetch', '2 files', '3 B'],
      ['quantize', 'tiny-Q6_K.gguf', '18 B'],
      ['unreadable', '', ''],
    ]);
    expect(output).toContain(manifest.actionKey.slice(0, 12));
    expect(output).not.toContain(sha256(weights).slice(0, 12));
  });

  it('--files shows each file with its digest', async () => {
    const { output } = await run(await usedStore(), 'ls', '--files');
    expect(output).toMatch(new RegExp(`${sha256(weights).slice(0, 12)} tiny-Q6_K\\.gguf +\\| +18 B`));
  });
});

describe('nx-gguf store path', () => {
  it('is the directory of the store', async () => {
    const layout = await usedStore();
    await expect(run(layout, 'path')).resolves.toEqual({ exitCode: 0, output: layout.root });
  });

  it.each([6, 12, 64])('finds a blob by %d digits', async (digits) => {
    const layout = await usedStore();
    await expect(run(layout, 'path', sha256(weights).slice(0, digits))).resolves.toEqual({
      exitCode: 0,
      output: layout.blob(sha256(weights)),
    });
  });

  it.each([12, 64])('finds a file outside by %d digits', async (digits) => {
    const layout = temporaryStore();
    const path = put(join(temporaryDirectory(), 'model.safetensors'), 'checkpoint');
    await referToFile(layout, path);
    await putAction(layout, manifestOf({ 'model.safetensors': 'checkpoint' }));
    await expect(run(layout, 'path', sha256('checkpoint').slice(0, digits))).resolves.toEqual({
      exitCode: 0,
      output: path,
    });
  });

  it('says so when there is none, and gives none that is damaged', async () => {
    const layout = await usedStore();
    for (const prefix of ['zz', '0'.repeat(12), ''])
      await expect(run(layout, 'path', prefix)).rejects.toMatchObject({
        code: 'BLOB_MISSING',
        hint: expect.stringMatching(/ls --files/) as string,
      });
    chmodSync(layout.blob(sha256(weights)), 0o644);
    writeFileSync(layout.blob(sha256(weights)), 'cut');
    await expect(run(layout, 'path', sha256(weights))).rejects.toMatchObject({ code: 'BLOB_MISSING' });
  });
});

it('nx-gguf store path prints one path: a beginning that several blobs have is refused with them', async () => {
  const layout = temporaryStore();
  const digests = new Map<string, string>();
  for (let index = 0; index < 20; index++) {
    const digest = sha256((await adopt(layout, `blob ${index}`), `blob ${index}`));
    const other = digests.get(digest.slice(0, 1));
    digests.set(digest.slice(0, 1), digest);
    if (other === undefined) continue;
    await expect(run(layout, 'path', digest.slice(0, 1))).rejects.toMatchObject({
      code: 'DIGEST_AMBIGUOUS',
      hint: expect.stringContaining(other) as string,
    });
    await expect(run(layout, 'path', digest.toUpperCase())).resolves.toMatchObject({
      output: layout.blob(digest),
    });
    return;
  }
});

describe('nx-gguf store du', () => {
  it('shows what takes the space', async () => {
    const layout = await usedStore();
    put(join(layout.toolchains, 'build-0123/llama-quantize'), 'x'.repeat(2048));
    const { exitCode, output } = await run(layout, 'du');
    expect(exitCode).toBe(0);
    expect(output).toContain(layout.root);
    expect(output).toMatch(/blobs +\| +1 \| +18 B/);
    expect(output).toMatch(/actions +\| +1 \|/);
    expect(output).toMatch(/toolchains\/build-0123 +\| +\| +2 KiB/);
  });
});

describe('nx-gguf store verify', () => {
  it('ends with 0 when all is sound', async () => {
    await expect(run(await usedStore(), 'verify')).resolves.toEqual({
      exitCode: 0,
      output: '1 blob, 0 damaged; 1 action, 0 damaged',
    });
  });

  it('ends with 1 and names the damage; --repair removes it', async () => {
    const layout = await usedStore();
    chmodSync(layout.blob(sha256(weights)), 0o644);
    writeFileSync(layout.blob(sha256(weights)), 'cut');
    put(layout.action(sha256('garbage')), '{');
    const found = await run(layout, 'verify');
    expect(found.exitCode).toBe(1);
    expect(found.output).toMatch(new RegExp(`^damaged blob ${sha256(weights)}$`, 'm'));
    expect(found.output).toMatch(new RegExp(`^damaged action ${sha256('garbage')}: `, 'm'));
    const repaired = await run(layout, 'verify', '--repair');
    expect(repaired).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/: moved to .*quarantine\n.*: removed\n/) as string,
    });
    await expect(run(layout, 'verify')).resolves.toMatchObject({
      exitCode: 0,
      output: '0 blobs, 0 damaged; 1 action, 0 damaged',
    });
  });

  it('leaves alone what another version wrote, and says so', async () => {
    const layout = temporaryStore();
    put(layout.action(sha256('future')), '{"format":2}');
    await expect(run(layout, 'verify', '--repair')).resolves.toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/^left alone: action .*version 2/) as string,
    });
    expect(existsSync(layout.action(sha256('future')))).toBe(true);
  });
});

describe('nx-gguf store gc', () => {
  const removed =
    'removed 1 action and 1 blob (18 B), 0 leftovers of killed runs; kept 0 actions and 0 blobs';
  const kept = 'removed 0 actions and 0 blobs (0 B), 0 leftovers of killed runs; kept 1 action and 1 blob';

  it.each([
    [[], removed],
    [['--keep-days', '41'], kept],
    [['--keep-days=39.5'], removed],
    [['--keep', 'WORKSPACE'], kept],
    [['--keep', 'EMPTY'], removed],
    [['--keep', 'EMPTY', '--keep', 'WORKSPACE'], kept],
    [['--dry-run'], `would ${removed.replace('removed', 'remove')}`],
  ])('%j: %s', async (argv, output) => {
    const layout = await usedStore();
    const places: Readonly<Record<string, string>> = {
      WORKSPACE: temporaryDirectory(),
      EMPTY: temporaryDirectory(),
    };
    put(join(places['WORKSPACE'] ?? '', 'dist/tiny/quantize/Q6_K/artifact.json'), manifestText(manifest));
    await expect(run(layout, 'gc', ...argv.map((word) => places[word] ?? word))).resolves.toEqual({
      exitCode: 0,
      output,
    });
    expect(existsSync(layout.blob(sha256(weights)))).toBe(output !== removed);
  });

  it('removes nothing when a place to keep is not there', async () => {
    const layout = await usedStore();
    await expect(run(layout, 'gc', '--keep', join(layout.root, 'no-such-place'))).rejects.toMatchObject({
      code: 'GC_KEEP_MISSING',
    });
    await expect(run(layout, 'gc', '--keep', '')).rejects.toMatchObject({ code: 'GC_KEEP_MISSING' });
    expect(readFileSync(layout.blob(sha256(weights)), 'utf8')).toBe(weights);
  });
});

describe('nx-gguf store scrub', () => {
  const large = 'x'.repeat(9 << 10);

  /** Runs it by a clock that only its own sleeping, and the end of each blob, moves. */
  async function scrub(layout: StoreLayout, ...argv: readonly string[]) {
    const lines: string[] = [];
    let nowMs = 0;
    let sleptMs = 0;
    const exitCode = await runStoreCommand(['scrub', ...argv], {
      env: { NX_GGUF_STORE: layout.root },
      nowMs: Date.now(),
      print: (text) => lines.push(text),
      clock: {
        nowMs: () => nowMs,
        sleep: (ms) => {
          nowMs += ms;
          sleptMs += ms;
          return Promise.resolve();
        },
      },
    });
    return { exitCode, lines, sleptMs };
  }

  it('moves a damaged blob away, and finds nothing the next time', async () => {
    const layout = await usedStore();
    await adopt(layout, large);
    flipBit(layout.blob(sha256(large)), 5 << 10, 6);
    const first = await scrub(layout);
    expect(first.exitCode).toBe(1);
    expect(first.lines[0]).toContain(`damaged blob ${sha256(large)}`);
    expect(first.lines[0]).toContain(layout.quarantine);
    expect(first.lines.at(-1)).toBe('hashed 2 blobs (9.02 KiB), 1 damaged');
    expect(existsSync(layout.quarantined(sha256(large)))).toBe(true);
    await expect(scrub(layout)).resolves.toMatchObject({
      exitCode: 0,
      lines: ['hashed 1 blob (18 B), 0 damaged'],
    });
  });

  it('reads no faster than it is told to', async () => {
    const layout = await usedStore();
    await adopt(layout, large);
    const { sleptMs } = await scrub(layout, '--rate=1KiB/s');
    expect(Math.round(sleptMs)).toBe(Math.round((large.length + weights.length) / 1.024));
    await expect(scrub(layout)).resolves.toMatchObject({ sleptMs: 0 });
  });

  it('ends after a time, and goes on with those that were not hashed for longest', async () => {
    const layout = temporaryStore();
    const texts = ['first', 'second', 'third', 'fourth'].map((text) => text.repeat(1000));
    for (const text of texts) await adopt(layout, text);
    const read = async (): Promise<number> =>
      (await Promise.all(texts.map((text) => lastHashedMs(layout, sha256(text))))).filter((ms) => ms > 0)
        .length;
    for (let pass = 1; pass <= texts.length; pass++) {
      const { lines } = await scrub(layout, '--rate=1KB/s', '--for=1s');
      expect(lines[0]).toMatch(/^hashed 1 blob .* 0 damaged; 3 blobs /);
      await expect(read()).resolves.toBe(pass);
    }
  });
});
