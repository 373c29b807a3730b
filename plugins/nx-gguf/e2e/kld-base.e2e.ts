import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { leftovers } from './support/leftovers.js';
import { running } from './support/processes.js';
import { createSeededWorkspace } from './support/seeded-store.js';
import { editModel } from './support/small-model.js';
import { realTools, type RealTools } from './support/real-tools.js';
import { useReadyBinaries } from './support/tool-shims.js';
import { scratchDirectory, type NxRun, type TestWorkspace } from './support/workspace.js';

const scratch = scratchDirectory();
const store = join(scratch, 'store');
const argumentsLog = join(scratch, 'arguments.log');
let workspace: TestWorkspace;
let tools: RealTools;
const groups = new Set<number>();

interface Manifest {
  files: { name: string; sha256: string }[];
  facts: Record<string, unknown>;
}

const blob = (sha256: string): string => join(store, 'blobs', sha256.slice(0, 2), sha256);
const manifest = (target: string): Manifest =>
  workspace.json(`dist/tiny-qwen35/${target}/artifact.json`) as Manifest;
const result = (variant: string): string =>
  readFileSync(blob(manifest(`kld/${variant}`).files[0]?.sha256 ?? ''), 'utf8');
const evaluate = (settings: object): void =>
  editModel(workspace, ({ evaluation }) => Object.assign(evaluation, settings));
const perplexities = (): number => workspace.processes().filter((name) => name === 'llama-perplexity').length;

/**
 * Runs targets under a watchdog, and expects that nothing stays: no process of theirs, no FIFO, no work
 * directory.
 */
async function nx(
  targets: readonly string[],
  env: Record<string, string | undefined> = {},
): Promise<NxRun & { perplexities: number }> {
  workspace.processes();
  const ran = await workspace.run(
    ['run-many', '-p', 'tiny-qwen35', '-t', targets.join(','), '--output-style=static'],
    { env, onStart: (group) => groups.add(group) },
  );
  expect(running('llama-perplexity').filter(({ group }) => groups.has(group))).toEqual([]);
  expect(leftovers(store)).toEqual([]);
  return { ...ran, perplexities: perplexities() };
}

/** Makes measurements unknown, so that they are made again. */
function forget(...variants: string[]): void {
  for (const variant of variants)
    rmSync(
      join(store, 'actions', actionOf(`kld/${variant}`).slice(0, 2), `${actionOf(`kld/${variant}`)}.json`),
    );
  rmSync(join(workspace.root, 'dist/tiny-qwen35/kld'), { recursive: true });
  rmSync(join(workspace.root, '.nx/cache'), { recursive: true, force: true });
}

function actionOf(target: string): string {
  return (workspace.json(`dist/tiny-qwen35/${target}/artifact.json`) as { actionKey: string }).actionKey;
}

/**
 * The real llama-perplexity behind a shim that notes its arguments and can put other logits in place of a
 * base pass's.
 */
function writeShim(path: string): void {
  const real = /exec '([^']+)'/.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
  writeFileSync(
    path,
    `#!/bin/sh
echo llama-perplexity >> "$LC_E2E_LOG"
echo "$*" >> '${argumentsLog}'
case " $* " in *' --kl-divergence '*) ;; *)
  case "$LC_OTHER_BASE" in
    context) set -- "$@" -c 64 ;;
    noise) exec head -c 1000000 /dev/urandom > tiny-qwen35.kld ;;
    nothing) exit 0 ;;
  esac ;;
esac
exec '${real}' "$@"
`,
  );
  chmodSync(path, 0o755);
}

beforeAll(async () => {
  tools = realTools();
  workspace = await createSeededWorkspace(join(scratch, 'ws'), { store, tools });
  writeShim(join(workspace.root, 'shims/bin/llama-perplexity'));
  // With these tools nothing is made yet.
  useReadyBinaries(workspace.root, tools);
  copyFileSync(
    join(tools.source, 'models/ggml-vocab-qwen2.gguf'),
    join(workspace.root, 'models/tiny-qwen35/other.gguf'),
  );
  editModel(workspace, (model) =>
    Object.assign(model, {
      references: { other: { source: { type: 'path', path: 'other.gguf' }, compareWith: 'Q6_K' } },
    }),
  );
  const { exitCode, output } = await workspace.run([
    'run-many',
    '-p',
    'tiny-qwen35',
    '-t',
    'quantize:Q4_K_M,quantize:Q6_K,reference:other',
  ]);
  if (exitCode !== 0) throw new Error(output);
}, 600_000);

afterAll(() => {
  for (const { pid } of running('llama-perplexity').filter(({ group }) => groups.has(group)))
    process.kill(pid, 'SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

describe('a measurement on what is not its base', () => {
  it('a model of another vocabulary fails alone, before anything is started for it', async () => {
    const { exitCode, output, perplexities: started } = await nx(['kld:Q6_K', 'kld:other']);
    expect({ exitCode, output }).toMatchObject({
      exitCode: 1,
      output: expect.stringMatching(
        /KLD_VOCABULARY_MISMATCH: other\.gguf has a vocabulary of 151936 tokens, the unquantized model one of 50257/,
      ) as string,
    });
    expect(started).toBe(2);
    expect(manifest('kld/Q6_K').facts).toMatchObject({ statistics: { chunks: 3, ctx: 128 } });
  }, 600_000);

  it.each([
    ['context', /KLD_BASE_WRONG: .*ctx 64 instead of 128/],
    ['noise', /KLD_BASE_WRONG: .*do not begin a base file/],
    ['nothing', /KLD_BASE_INCOMPLETE: base pass of tiny-qwen35-BF16\.gguf: the base logits have 0 bytes/],
  ])(
    'logits of another %s are told, whoever wrote them',
    async (other, words) => {
      forget('Q6_K');
      const { exitCode, output } = await nx(['kld:Q6_K'], { LC_OTHER_BASE: other });
      expect({ exitCode, output }).toMatchObject({
        exitCode: 1,
        output: expect.stringMatching(words) as string,
      });
      expect((await nx(['kld:Q6_K'])).exitCode).toBe(0);
    },
    600_000,
  );
});

describe('a kept base', () => {
  it('says what it took, and serves its own corpus, context and model only', async () => {
    const streamed = result('Q6_K');
    forget('Q6_K');
    evaluate({ base: 'keep' });
    const { exitCode, output, perplexities: started } = await nx(['kld:Q6_K']);
    expect({ exitCode, output, started }).toMatchObject({
      exitCode: 0,
      started: 2,
      output: expect.stringMatching(
        /^kept the base logits: 1\d\.\d MiB in \S+ MiB \(1\.\d\d : 1\)$/m,
      ) as string,
    });
    expect(result('Q6_K')).toBe(streamed);

    evaluate({ base: 'stream', ctx: 96 });
    expect(await nx(['kld:Q6_K'])).toMatchObject({
      exitCode: 0,
      perplexities: 2,
      output: expect.stringContaining('on one base pass') as string,
    });
    const text = join(workspace.root, 'tools/corpora/llama-docs/corpus.json');
    const corpus = readFileSync(text, 'utf8');
    const files = (workspace.json('dist/llama-docs/fetch/artifact.json') as Manifest).files;
    const other = join(workspace.root, 'tools/corpora/llama-docs/other');
    mkdirSync(other);
    // What variants are calibrated on stays.
    for (const { name, sha256 } of files)
      writeFileSync(
        join(other, name),
        readFileSync(blob(sha256)).subarray(name === 'evaluation.txt' ? 1000 : 0),
      );
    writeFileSync(text, JSON.stringify({ description: 'Other.', source: { type: 'path', path: 'other' } }));
    evaluate({ ctx: 128 });
    expect(await nx(['kld:Q6_K'])).toMatchObject({
      exitCode: 0,
      perplexities: 2,
      output: expect.stringContaining('on one base pass') as string,
    });
    writeFileSync(text, corpus);
    expect(await nx(['kld:Q6_K', 'kld:Q4_K_M'])).toMatchObject({
      exitCode: 0,
      perplexities: 1,
      output: expect.stringContaining('on the kept base logits') as string,
    });
  }, 600_000);

  it('with a bit flipped near its end is noticed before anybody has a statistic, and computed again', async () => {
    const before = [result('Q6_K'), result('Q4_K_M')];
    const { sha256 = '' } = keptBases()[0]?.files[0] ?? {};
    const { atime, mtime } = statSync(blob(sha256));
    chmodSync(blob(sha256), 0o600);
    const bytes = readFileSync(blob(sha256));
    bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 4;
    writeFileSync(blob(sha256), bytes);
    utimesSync(blob(sha256), atime, mtime);
    forget('Q6_K', 'Q4_K_M');
    const { exitCode, output } = await nx(['kld:Q6_K', 'kld:Q4_K_M']);
    expect({ exitCode, output }).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(
        /^warning: the kept base is damaged: .*; the base logits are computed again$/m,
      ) as string,
    });
    expect([result('Q6_K'), result('Q4_K_M')]).toEqual(before);
  }, 600_000);
});

it('where there are no FIFOs the logits go through a file, which is said, and the result is the same', async () => {
  const before = result('Q6_K');
  forget('Q6_K', 'Q4_K_M');
  const bin = join(scratch, 'no-fifos');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'mkfifo'),
    '#!/bin/sh\necho "mkfifo: cannot create fifo: Operation not permitted" >&2\nexit 1\n',
  );
  chmodSync(join(bin, 'mkfifo'), 0o755);
  const { exitCode, output } = await nx(['kld:Q6_K'], { PATH: `${bin}:${process.env['PATH'] ?? ''}` });
  expect({ exitCode, output }).toMatchObject({
    exitCode: 0,
    output: expect.stringMatching(
      /there are no FIFOs here[^]*the file of base logits takes 1\d\.\d MiB/,
    ) as string,
  });
  expect(result('Q6_K')).toBe(before);
}, 600_000);

/** The base logits that the store has. */
function keptBases(): Manifest[] {
  const actions = join(store, 'actions');
  const all = readdirSync(actions, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(actions, name), 'utf8')) as Manifest & { step: string });
  return all.filter(({ step }) => step === 'kld-base');
}

describe('where models are computed', () => {
  it('reaches the tool in both passes', async () => {
    evaluate({ device: ['none'], gpuLayers: 0, flashAttention: 'off' });
    writeFileSync(argumentsLog, '');
    expect(await nx(['kld:Q6_K'])).toMatchObject({ exitCode: 0, perplexities: 2 });
    const passes = readFileSync(argumentsLog, 'utf8').trimEnd().split('\n');
    expect(passes).toEqual(
      Array.from({ length: 2 }, () => expect.stringContaining(' -dev none -ngl 0 -fa off ') as string),
    );
    expect(JSON.parse(result('Q6_K'))).toMatchObject({
      subject: { parameters: { device: 'none', gpuLayers: 0, flashAttention: 'off' } },
    });
  }, 600_000);

  it.each([
    [{ device: ['CUDA7'] }, ' -dev CUDA7 ', /DEVICE_UNKNOWN: .*invalid device: CUDA7/],
    [
      { device: ['none'], rpc: ['127.0.0.1:1', '127.0.0.1:2'] },
      ' --rpc 127.0.0.1:1,127.0.0.1:2 -dev none ',
      /RPC_UNREACHABLE: .*Failed to connect to 127\.0\.0\.1:1/,
    ],
  ])(
    'that is not there is told by a code: %j',
    async (settings, args, words) => {
      evaluate({ rpc: undefined, ...settings });
      writeFileSync(argumentsLog, '');
      const { exitCode, output } = await nx(['kld:Q6_K']);
      expect({ exitCode, output }).toMatchObject({
        exitCode: 1,
        output: expect.stringMatching(words) as string,
      });
      expect(readFileSync(argumentsLog, 'utf8')).toContain(args);
    },
    600_000,
  );
});

describe('ready binaries', () => {
  it('are other tools when a byte of them is another', async () => {
    workspace.edit('shims/bin/llama-quantize', (text) => `${text}# another build\n`);
    workspace.processes();
    const { exitCode, ran } = await workspace.run(['run', 'tiny-qwen35:quantize:Q6_K']);
    expect({ exitCode, ran }).toEqual({
      exitCode: 0,
      ran: ['tiny-qwen35:convert', 'tiny-qwen35:imatrix', 'tiny-qwen35:quantize:Q6_K'],
    });
    expect(workspace.processes()).toContain('llama-quantize');
  }, 600_000);
});
