import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createSeededWorkspace } from './support/seeded-store.js';
import { editModel } from './support/small-model.js';
import { realTools } from './support/real-tools.js';
import { scratchDirectory, type NxRun, type TestWorkspace } from './support/workspace.js';

const scratch = scratchDirectory();
const store = join(scratch, 'store');
const variants = ['Q4_K_M', 'Q6_K'] as const;
let workspace: TestWorkspace;
let wanted: Record<string, { bytes: Buffer; manifest: string }>;

const gguf = (variant: string): string =>
  join(workspace.root, `dist/tiny-qwen35/tiny-qwen35-${variant}.gguf`);
const manifest = (variant: string): string =>
  join(workspace.root, `dist/tiny-qwen35/quantize/${variant}/artifact.json`);
const again = (variant: string): string =>
  `tiny-qwen35-${variant}.gguf is not in the store any more: making it again with tiny-qwen35:quantize:${variant}`;
const explained = (output: string): string[] =>
  output.match(/\S+ (?:is|and \d+ more are) not in the store.*$/gm) ?? [];

/** Nx, which must succeed. */
async function nx(
  args: readonly string[],
  options: Parameters<TestWorkspace['run']>[1] = {},
): Promise<NxRun & { processes: string[] }> {
  const run = await workspace.run(args, options);
  if (run.exitCode !== 0) throw new Error(run.output);
  return { ...run, processes: workspace.processes() };
}

/** Takes the bytes of a variant away, from the store and from where people look. */
function lose(variant: string): void {
  const { files } = JSON.parse(readFileSync(manifest(variant), 'utf8')) as { files: { sha256: string }[] };
  for (const { sha256 } of files) rmSync(join(store, 'blobs', sha256.slice(0, 2), sha256));
  rmSync(gguf(variant));
}

function expectAsBefore(variant: string): void {
  expect(readFileSync(gguf(variant)).equals(wanted[variant]?.bytes ?? Buffer.alloc(0))).toBe(true);
  expect(readFileSync(manifest(variant), 'utf8')).toBe(wanted[variant]?.manifest);
}

beforeAll(async () => {
  workspace = await createSeededWorkspace(join(scratch, 'workspace'), {
    store,
    tools: realTools(),
    isolatesPlugins: true,
  });
  await nx(['run-many', '-t', 'quantize:Q4_K_M', 'quantize:Q6_K', 'plan:Q6_K', '-p', 'tiny-qwen35']);
  wanted = Object.fromEntries(
    variants.map((variant) => [
      variant,
      { bytes: readFileSync(gguf(variant)), manifest: readFileSync(manifest(variant), 'utf8') },
    ]),
  );
}, 900_000);

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

describe('files that nobody has any more, of a result that Nx knows', () => {
  it('are made again by their target, which says so, and by no other', async () => {
    lose('Q6_K');
    const { ran, restored, output, processes } = await nx([
      'run-many',
      '-t',
      ...variants.map((variant) => `quantize:${variant}`),
      '-p',
      'tiny-qwen35',
      '--output-style=static',
    ]);
    expect(ran).toEqual(['tiny-qwen35:quantize:Q6_K']);
    expect(restored).toContain('tiny-qwen35:quantize:Q4_K_M');
    expect(explained(output)).toEqual([again('Q6_K')]);
    expect(processes).toContain('llama-quantize');
    expect(processes).not.toContain('convert');
    for (const variant of variants) expectAsBefore(variant);
  }, 300_000);

  it('change nothing for Nx: what was made again is known as before, and so is what builds on it', async () => {
    const { ran, output, processes } = await nx([
      'run-many',
      '-t',
      'quantize:Q6_K',
      'plan:Q6_K',
      '-p',
      'tiny-qwen35',
    ]);
    expect([ran, processes, explained(output)]).toEqual([[], [], []]);
  }, 120_000);

  it('are left alone while nobody asks for them', async () => {
    lose('Q4_K_M');
    const { ran, processes } = await nx(['run', 'tiny-qwen35:quantize:Q6_K']);
    expect([ran, processes]).toEqual([[], []]);
  }, 120_000);

  it("also with Nx's daemon, for each run anew", async () => {
    const daemon = { env: { NX_DAEMON: 'true' } };
    try {
      for (const lost of [true, false, true]) {
        if (lost) lose('Q6_K');
        const { ran, output } = await nx(['run', 'tiny-qwen35:quantize:Q6_K'], daemon);
        expect(ran).toEqual(lost ? ['tiny-qwen35:quantize:Q6_K'] : []);
        expect(explained(output)).toEqual(lost ? [again('Q6_K')] : []);
        expectAsBefore('Q6_K');
      }
    } finally {
      await workspace.run(['reset', '--only-daemon'], daemon);
    }
  }, 300_000);

  it('when the whole store is gone, and what they are made from with it', async () => {
    rmSync(store, { recursive: true });
    rmSync(join(workspace.root, 'dist/tiny-qwen35'), { recursive: true });
    // Only Nx's cache knows them now.
    const { ran, output } = await nx(['run', 'tiny-qwen35:quantize:Q6_K']);
    expect(ran).toEqual(['tiny-qwen35:quantize:Q6_K']);
    expect(explained(output)).toContain(again('Q6_K'));
    expect(explained(output).some((line) => line.endsWith('making it again with tiny-qwen35:convert'))).toBe(
      true,
    );
    expectAsBefore('Q6_K');
    await nx(['run', 'tiny-qwen35:quantize:Q4_K_M']);
    expectAsBefore('Q4_K_M');
  }, 300_000);

  it('of a recipe that was changed back: the run says which command makes them, and the same command does, run again', async () => {
    const changed = (ftype: string): void => {
      editModel(workspace, (model) => Object.assign(model.quantize['Q6_K'] ?? {}, { ftype }));
    };
    lose('Q6_K');
    changed('Q5_K_S');
    await nx(['run', 'tiny-qwen35:quantize:Q6_K']);
    changed('Q6_K');
    const { exitCode, output } = await workspace.run(['run', 'tiny-qwen35:quantize:Q6_K']);
    expect(exitCode).not.toBe(0);
    expect(output).toContain(
      'FILES_GONE: tiny-qwen35:quantize:Q6_K is unchanged, but its files are not on this machine any more: dist/tiny-qwen35/tiny-qwen35-Q6_K.gguf',
    );
    expect(output).toContain('nx run tiny-qwen35:quantize:Q6_K --skip-nx-cache --exclude-task-dependencies');
    expect((await nx(['run', 'tiny-qwen35:quantize:Q6_K'])).ran).toEqual(['tiny-qwen35:quantize:Q6_K']);
    expectAsBefore('Q6_K');
  }, 300_000);
});
