import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createWorkspace, realTools, repository, scratchDirectory, type RealTools, type TestWorkspace } from './support/workspace.js';

const scratch = scratchDirectory();
const variants = ['Q4_K_M', 'Q5_K_M', 'Q6_K', 'Q4_K_M-plain'];
const hand = join(scratch, 'by-hand');
let workspace: TestWorkspace;
let tools: RealTools;

interface Manifest {
  files: { name: string; sha256: string; sizeBytes: number }[];
  facts: { statistics: { kldNats: Record<string, number> & { mean: { value: number; error: number } }; perplexity: { variant: { value: number } }; sameTopPercent: { value: number } } };
  provenance: { inputs: { role: string; name: string; sha256: string }[] };
}

const manifest = (target: string): Manifest => workspace.json(`dist/tiny-qwen35/${target}/artifact.json`) as Manifest;
const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Runs a tool as a person at a shell would, in the directory `by-hand`; what it printed. */
function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: hand, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(stderr);
  return stdout + stderr;
}

beforeAll(async () => {
  tools = realTools();
  workspace = await createWorkspace(join(scratch, 'ws'), { store: join(scratch, 'store'), tools });
  const { exitCode, output } = await workspace.run(['run', 'tiny-qwen35:card']);
  if (exitCode !== 0) throw new Error(output);
  mkdirSync(join(hand, 'out'), { recursive: true });
}, 900_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the embedded model, from nothing to a card', () => {
  it('the checkpoint and the unquantized GGUF are what the generator and the converter write by hand', () => {
    execFileSync(process.execPath, [join(repository, 'models/tiny-qwen35/make-checkpoint.mjs'), join(hand, 'tiny-qwen35'), '--llama-cpp', tools.source]);
    execFileSync(process.execPath, [join(repository, 'tools/corpora/llama-docs/make-corpus.mjs'), hand, '--llama-cpp', tools.source]);
    for (const { name, sha256 } of manifest('fetch').files) expect(digest(join(hand, 'tiny-qwen35', name))).toBe(sha256);
    run(tools.python, [join(tools.source, 'convert_hf_to_gguf.py'), 'tiny-qwen35', '--outfile', 'tiny-qwen35-{FTYPE}.gguf', '--outtype', 'auto']);
    const [converted] = manifest('convert').files;
    expect(digest(join(hand, converted?.name ?? ''))).toBe(converted?.sha256);
  }, 600_000);

  it('the importance matrix is what llama-imatrix writes by hand', () => {
    run(join(tools.bin, 'llama-imatrix'), ['-m', 'tiny-qwen35-BF16.gguf', '-f', 'calibration.txt', '-o', 'imatrix.gguf', '-c', '512', '--chunks', '16']);
    expect(digest(join(hand, 'imatrix.gguf'))).toBe(manifest('imatrix').files[0]?.sha256);
  }, 600_000);

  it.each(variants)('%s equals, byte for byte, what llama-quantize writes by hand', (variant) => {
    // llama.cpp knows no comments in a file of tensor types.
    const rules = readFileSync(join(workspace.root, 'models/tiny-qwen35/tensor_types.txt'), 'utf8').split('\n').filter((line) => !line.startsWith('#')).join('\n');
    writeFileSync(join(hand, 'tensor_types.txt'), rules);
    const output = `tiny-qwen35-${variant}.gguf`;
    run(join(tools.bin, 'llama-quantize'), [...(variant.endsWith('plain') ? [] : ['--tensor-type-file', 'tensor_types.txt']), '--imatrix', 'imatrix.gguf', 'tiny-qwen35-BF16.gguf', output, variant.replace('-plain', '')]);
    const [file] = manifest(`quantize/${variant}`).files;
    expect({ name: output, sha256: digest(join(hand, output)) }).toEqual({ name: file?.name, sha256: file?.sha256 });
    expect(digest(join(workspace.root, 'dist/tiny-qwen35', output))).toBe(file?.sha256);
  }, 600_000);

  it('every KLD metric is what llama-perplexity prints', () => {
    const base = join(scratch, 'base');
    symlinkSync(base, join(hand, 'base.kld'));
    const perplexity = join(tools.bin, 'llama-perplexity');
    run(perplexity, ['-m', 'tiny-qwen35-BF16.gguf', '-f', 'evaluation.txt', '--kl-divergence-base', 'base.kld', '-c', '512', '--chunks', '8', '-b', '2048', '-ub', '512']);
    const printed = printedStatistics(perplexity, ['-m', 'tiny-qwen35-Q4_K_M.gguf', '--kl-divergence', '--kl-divergence-base', 'base.kld', '-c', '512', '-b', '2048', '-ub', '512']);
    const { kldNats, perplexity: { variant }, sameTopPercent } = manifest('kld/Q4_K_M').facts.statistics;
    expect({ ...kldNats, mean: kldNats.mean.value, error: kldNats.mean.error, perplexity: variant.value, sameTop: sameTopPercent.value }).toEqual({
      mean: printed('Mean    KLD'), error: printed('Mean    KLD', 2), maximum: printed('Maximum KLD'), percentile99_9: printed('99.9%   KLD'), percentile99: printed('99.0%   KLD'), percentile95: printed('95.0%   KLD'),
      percentile90: printed('90.0%   KLD'), median: printed('Median  KLD'), percentile10: printed('10.0%   KLD'), percentile5: printed(' 5.0%   KLD'), percentile1: printed(' 1.0%   KLD'), percentile0_1: printed(' 0.1%   KLD'), minimum: printed('Minimum KLD'),
      perplexity: printed('Mean PPL(Q)'), sameTop: printed('Same top p:'),
    });
  }, 900_000);

  it('the more bits, the closer: KLD of Q4_K_M > Q5_K_M > Q6_K, and rules beat none', () => {
    const [q4, q5, q6, plain] = variants.map((variant) => manifest(`kld/${variant}`).facts.statistics.kldNats.mean.value);
    expect(q4).toBeGreaterThan(q5 ?? Infinity);
    expect(q5).toBeGreaterThan(q6 ?? Infinity);
    expect(plain).toBeGreaterThan(q4 ?? Infinity);
  });

  it('the card names every file with its digest, and every mean KLD as it is in the manifests', () => {
    const card = readFileSync(join(workspace.root, 'dist/tiny-qwen35/README.md'), 'utf8');
    for (const variant of variants) {
      for (const { name, sha256 } of manifest(`quantize/${variant}`).files) expect(card).toMatch(new RegExp(`${name}.*${sha256}`));
      expect(card).toContain(manifest(`kld/${variant}`).facts.statistics.kldNats.mean.value.toFixed(6));
    }
  });

  it('no manifest and no GGUF knows where the workspace is', () => {
    for (const target of ['fetch', 'convert', 'imatrix', 'kld-base', 'card', ...variants.flatMap((name) => [`quantize/${name}`, `kld/${name}`])]) {
      expect(readFileSync(join(workspace.root, 'dist/tiny-qwen35', target, 'artifact.json'), 'utf8')).not.toMatch(new RegExp(`${scratch}|${tools.bin}|${tools.source}`));
    }
    for (const variant of variants) expect(readFileSync(join(workspace.root, `dist/tiny-qwen35/tiny-qwen35-${variant}.gguf`)).includes(scratch)).toBe(false);
  });

  it('materialize lists the unquantized file and all variants', async () => {
    for (const variant of variants) rmSync(join(workspace.root, `dist/tiny-qwen35/tiny-qwen35-${variant}.gguf`));
    const { output, exitCode } = await workspace.run(['run', 'tiny-qwen35:materialize']);
    expect(exitCode).toBe(0);
    for (const variant of variants) {
      expect(output).toContain(`dist/tiny-qwen35/tiny-qwen35-${variant}.gguf`);
      expect(digest(join(workspace.root, `dist/tiny-qwen35/tiny-qwen35-${variant}.gguf`))).toBe(manifest(`quantize/${variant}`).files[0]?.sha256);
    }
  }, 120_000);
});

/** Runs the tool until its last line came out (it may end before it is), and reads numbers behind labels without our own parser. */
function printedStatistics(command: string, args: readonly string[]): (label: string, column?: 1 | 2) => number {
  let text = '';
  for (let attempt = 0; attempt < 20 && !text.includes('Same top p:'); attempt++) text = run(command, args);
  return (label, column = 1) => {
    const line = text.split('\n').find((candidate) => candidate.includes(label)) ?? '';
    return Number(line.slice(line.indexOf(label) + label.length).match(/-?\d+\.\d+/g)?.[column - 1]);
  };
}
