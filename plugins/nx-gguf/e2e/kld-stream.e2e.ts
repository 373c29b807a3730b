import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, symlinkSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { kldReader } from '../src/kld/tool/kld-reader.js';
import { moments } from './support/campaign.js';
import { leftovers } from './support/leftovers.js';
import { killParents, pause, running, until, type Running } from './support/processes.js';
import { createSeededWorkspace } from './support/seeded-store.js';
import { editModel } from './support/small-model.js';
import { realTools, type RealTools } from './support/real-tools.js';
import { scratchDirectory, type NxRun, type TestWorkspace } from './support/workspace.js';

const scratch = scratchDirectory();
const store = join(scratch, 'store');
const variants = ['Q4_K_M', 'Q5_K_M', 'Q6_K'];
/** Of the text: enough logits to fill pipes and the relay many times, quickly computed. */
const chunks = 24;
const ctx = 128;
const kld = ['run-many', '-p', 'tiny-qwen35', '-t', variants.map((name) => `kld:${name}`).join(',')];
let workspace: TestWorkspace;
let tools: RealTools;
let changes = 0;

interface Manifest {
  files: { name: string; sha256: string }[];
}

/** A change that makes all measurements new, of so many times the text. */
function makeNew(times = 1): void {
  changes++;
  editModel(workspace, ({ evaluation }) => Object.assign(evaluation, { chunks: times * chunks + changes }));
  workspace.processes();
}

const blob = (sha256: string): string => join(store, 'blobs', sha256.slice(0, 2), sha256);
const manifest = (target: string): Manifest =>
  workspace.json(`dist/tiny-qwen35/${target}/artifact.json`) as Manifest;
/** The process groups that this file started: nothing else on the machine is its business. */
const groups = new Set<number>();
const ours = (): Running[] =>
  running('llama-perplexity').filter(
    ({ args, group }) => groups.has(group) && args.includes('-m tiny-qwen35-'),
  );
const tool = (file: string): Running | undefined =>
  ours().find(({ args }) => args.includes(`-m tiny-qwen35-${file}.gguf`) && !args.includes('/bin/sh'));
const fifos = (): string[] =>
  readdirSync(join(scratch), { recursive: true, encoding: 'utf8' }).filter(
    (name) =>
      name.startsWith('store/') &&
      statSync(join(scratch, name), { throwIfNoEntry: false })?.isFIFO() === true,
  );

/**
 * Runs the measurements, does something to a process when it is there, and expects all to be over soon after.
 */
async function disturbed(
  file: string,
  disturb: (found: Running) => void | Promise<void>,
  { times = 1 } = {},
): Promise<NxRun> {
  makeNew(times);
  const run = workspace.run(kld, { onStart: (group) => groups.add(group) });
  await disturb(await until(() => tool(file)));
  // The watchdog keeps nothing awake once all is over.
  const result = await Promise.race([run, setTimeout(400_000, null, { ref: false })]);
  if (result === null) throw new Error('it hangs');
  await until(() => (ours().length === 0 ? true : undefined), 20_000);
  return result;
}

beforeAll(async () => {
  tools = realTools();
  workspace = await createSeededWorkspace(join(scratch, 'ws'), { store, tools });
  editModel(workspace, ({ evaluation }) => Object.assign(evaluation, { ctx, chunks }));
  const { exitCode, output } = await workspace.run(['run', 'tiny-qwen35:quantize']);
  if (exitCode !== 0) throw new Error(output);
}, 600_000);

afterAll(() => {
  for (const { pid } of ours()) process.kill(pid, 'SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

describe('measurements that stream the base logits', () => {
  it('three variants take one base pass, leave no logits, and give what files give, digit for digit', async () => {
    workspace.processes();
    const { exitCode, output, ran } = await workspace.run(kld);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    expect(workspace.processes()).toEqual(Array.from({ length: 4 }, () => 'llama-perplexity'));
    expect(ran).toEqual(expect.arrayContaining(variants.map((name) => `tiny-qwen35:kld:${name}`)));
    expect(leftovers(store)).toEqual([]);
    const hand = join(scratch, 'hand');
    mkdirSync(hand);
    for (const target of ['convert', ...variants.map((name) => `quantize/${name}`)])
      for (const { name, sha256 } of manifest(target).files) symlinkSync(blob(sha256), join(hand, name));
    symlinkSync(
      blob(
        (workspace.json('dist/llama-docs/fetch/artifact.json') as Manifest).files.find(
          ({ name }) => name === 'evaluation.txt',
        )?.sha256 ?? '',
      ),
      join(hand, 'text'),
    );
    const attended = join(
      tools.bin,
      readdirSync(tools.bin).find((name) => name.startsWith('llama-perplexity-attended')) ??
        'llama-perplexity',
    );
    const byHand = (args: readonly string[]) =>
      spawnSync(
        attended,
        ['-c', String(ctx), '-b', '2048', '-ub', '512', '-t', '2', '--kl-divergence-base', 'base', ...args],
        { cwd: hand, encoding: 'utf8', maxBuffer: 1 << 26 },
      );
    byHand(['-m', 'tiny-qwen35-BF16.gguf', '-f', 'text', '--chunks', String(chunks)]);
    for (const name of variants) {
      const reader = kldReader();
      for (const line of byHand(['-m', `tiny-qwen35-${name}.gguf`, '--kl-divergence']).stdout.split('\n'))
        reader.line(line);
      const measured: unknown = JSON.parse(
        readFileSync(blob(manifest(`kld/${name}`).files[0]?.sha256 ?? ''), 'utf8'),
      );
      // As JSON has it, which knows no negative zero.
      expect(measured).toMatchObject(JSON.parse(JSON.stringify(withAnnouncement(reader))) as object);
    }
    rmSync(hand, { recursive: true });
  }, 900_000);

  it('one reader is killed: it fails alone, and the others are done', async () => {
    const { exitCode, output } = await disturbed('Q5_K_M', ({ pid }) => {
      process.kill(pid, 'SIGKILL');
    });
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/TOOL_FAILED: llama-perplexity was ended by SIGKILL/);
    expect(output.slice(output.lastIndexOf('Failed tasks'))).toMatch(/- tiny-qwen35:kld:Q5_K_M/);
    expect(output.slice(output.lastIndexOf('Failed tasks'))).not.toMatch(/- tiny-qwen35:kld:(Q4_K_M|Q6_K)/);
    expect(leftovers(store)).toEqual([]);
    workspace.processes();
    expect(await workspace.run(kld)).toMatchObject({ exitCode: 0 });
    expect(workspace.processes()).toEqual(['llama-perplexity', 'llama-perplexity']);
  }, 900_000);

  it('the base is killed: all fail, and say that it was the base', async () => {
    const { exitCode, output } = await disturbed('BF16', ({ pid }) => {
      process.kill(pid, 'SIGKILL');
    });
    expect(exitCode).not.toBe(0);
    expect(
      output.match(
        /TOOL_FAILED: base pass of tiny-qwen35-BF16\.gguf: llama-perplexity was ended by SIGKILL/g,
      ),
    ).toHaveLength(3);
    expect(leftovers(store)).toEqual([]);
  }, 900_000);

  it.each(moments([400], 1500))(
    'the relay is killed %i ms after a reader started: no tool stays, and the next run does it all',
    async (afterMs) => {
      await disturbed('Q4_K_M', async ({ group }) => {
        await pause(afterMs);
        killParents(group);
      });
      expect(await workspace.run(kld)).toMatchObject({ exitCode: 0 });
      expect(leftovers(store)).toEqual([]);
      expect(fifos()).toEqual([]);
    },
    900_000,
  );

  it('Ctrl-C: nothing stays', async () => {
    const { exitCode } = await disturbed('Q6_K', ({ group }) => {
      process.kill(-group, 'SIGINT');
    });
    expect(exitCode).not.toBe(0);
    await until(() => (leftovers(store).length === 0 ? true : undefined), 20_000);
    expect(fifos()).toEqual([]);
  }, 900_000);

  it('a reader that stands still holds the others up, and not the memory', async () => {
    let grownBytes = 0;
    const stopped = async ({ pid, parent }: Running): Promise<void> => {
      process.kill(pid, 'SIGSTOP');
      const rss = () => running('').find((one) => one.pid === parent)?.rssBytes ?? 0;
      const before = rss();
      for (let look = 0; look < 60; look++) {
        await pause(200);
        grownBytes = Math.max(grownBytes, rss() - before);
      }
      expect(tool('BF16')).toBeDefined();
      process.kill(pid, 'SIGCONT');
    };
    const result = await disturbed('Q5_K_M', stopped, { times: 3 });
    expect(result).toMatchObject({ exitCode: 0 });
    // All logits are more than 400 MiB; the relay holds 64 of them.
    expect(grownBytes / 2 ** 20).toBeLessThan(200);
  }, 900_000);

  it('too few tokens are no measurement', async () => {
    editModel(workspace, ({ evaluation }) => Object.assign(evaluation, { ctx: 32, chunks: 3 }));
    const { exitCode, output } = await workspace.run(['run', 'tiny-qwen35:kld:Q6_K']);
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/KLD_TOO_FEW_TOKENS: .*compares 45 tokens in 3 chunks of 32/);
    editModel(workspace, ({ evaluation }) => Object.assign(evaluation, { ctx, chunks }));
  }, 900_000);

  it('without batches each works alone, one after the other', async () => {
    makeNew();
    expect(await workspace.run(kld, { env: { NX_BATCH_MODE: 'false' } })).toMatchObject({ exitCode: 0 });
    expect(workspace.processes()).toEqual(Array.from({ length: 6 }, () => 'llama-perplexity'));
  }, 900_000);

  it('a kept base serves later measurements without a base pass', async () => {
    editModel(workspace, ({ evaluation }) => Object.assign(evaluation, { base: 'keep' }));
    makeNew();
    expect(await workspace.run(['run', 'tiny-qwen35:kld:Q4_K_M'])).toMatchObject({ exitCode: 0 });
    expect(workspace.processes()).toEqual(['llama-perplexity', 'llama-perplexity']);
    editModel(workspace, ({ evaluation }) => Object.assign(evaluation, { base: 'stream' }));
    const { exitCode, output } = await workspace.run(kld);
    expect({ exitCode, output }).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('on the kept base logits') as string,
    });
    expect(workspace.processes()).toEqual(['llama-perplexity', 'llama-perplexity']);
  }, 900_000);
});

/** The figures of a run by hand, whose stdout alone was read: what is compared, the tool says on stderr. */
function withAnnouncement(reader: ReturnType<typeof kldReader>): unknown {
  reader.line(`kl_divergence: computing over ${chunks} chunks, n_ctx=${ctx}, batch_size=2048, n_seq=16`);
  return reader.result();
}
