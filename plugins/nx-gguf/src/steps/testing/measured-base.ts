import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import { tinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { adoptFile } from '../../store/blobs.js';
import { noRemotes } from '../../remote/create-remotes.js';
import type { RemoteStore } from '../../remote/remote-store.js';
import { joinRemotes } from '../../remote/remotes.js';
import { guard } from '../../remote/testing/guard.js';
import { temporaryDirectory, temporaryStore } from '../../store/testing/temporary-store.js';
import { runTool, type RunTool } from '../../toolchain/run-tool.js';
import type { KldBase } from '../measure/kld-base.js';
import { kldStep, type KldStep } from '../measure/kld.js';
import { measuring, type MeasureSettings } from '../measure/measure.js';
import { runCachedTogether, type Ending } from '../run-cached-together.js';
import { testEffects } from './effects.js';

/** How a played llama-perplexity behaves; see fake-perplexity.mjs. */
export interface Behaviour {
  dies?: 'before it opens' | 'with 0 before it opens' | 'while it runs' | 'long after it closed' | 'never';
  stopsAtBytes?: number;
  says?: string;
  /** Ends well without its last lines. */
  silent?: boolean;
  /** Printed by a variant pass when it stops. */
  prints?: string;
  /** The chunk from which on a base pass has no finite perplexity, and what it prints instead. */
  brokenFrom?: number;
  broken?: 'nan' | '-nan' | 'inf';
  /** The final estimate of a base pass. */
  perplexity?: string;
  /** Other dimensions; the same for base and variants. */
  shape?: typeof shape;
}

/**
 * The dimensions of the played base; those of the recorded comparison, with a vocabulary that fills pipes
 * many times.
 */
export const shape = { ctx: 64, vocabulary: 4_001, chunks: 8 };

/** About three times what a pipe holds: who writes so much waits for readers. */
export const someBytes = 200_000;

const fixtures = import.meta.dirname;

/** A laboratory of measurements: real processes and FIFOs, a played llama-perplexity, a temporary store. */
export async function laboratory(
  behaviours: Readonly<Record<string, Behaviour | (() => Behaviour)>> = {},
  {
    hasFifos = true,
    signal,
    remote,
  }: { hasFifos?: boolean | 'in name'; signal?: AbortSignal; remote?: RemoteStore } = {},
) {
  const directory = temporaryDirectory();
  const log = join(directory, 'log');
  writeFileSync(log, '');
  const run: RunTool = (tool) => {
    if (tool.command === 'mkfifo')
      return runTool({
        ...tool,
        command: { true: 'mkfifo', false: 'no-such-mkfifo', 'in name': 'true' }[`${hasFifos}`],
      });
    const name = tool.args.includes('--kl-divergence')
      ? (tool.args[tool.args.indexOf('-m') + 1] ?? '')
      : 'base';
    const found = behaviours[name];
    const how = {
      shape,
      log,
      recorded: join(fixtures, '../../kld/recorded/variant.log'),
      ...(typeof found === 'function' ? found() : found),
    };
    return runTool({
      ...tool,
      command: process.execPath,
      args: [join(fixtures, 'fake-perplexity.mjs'), JSON.stringify(how), ...tool.args],
    });
  };
  const store = temporaryStore();
  const remotes =
    remote === undefined
      ? noRemotes(store)
      : joinRemotes({
          store,
          remotes: [guard(remote, { store })],
          sharesSources: true,
          report: () => undefined,
          signal: undefined,
        });
  const effects = testEffects({ store, remotes, runTool: run, ...(signal === undefined ? {} : { signal }) });
  const file = async (name: string, bytes: Uint8Array): Promise<ManifestFile> => {
    writeFileSync(join(effects.store.root, name), bytes);
    return { name, ...(await adoptFile(effects.store, join(effects.store.root, name))) };
  };
  const model = (name: string, vocabulary = shape.vocabulary) =>
    file(
      name,
      tinyGguf({
        metadata: [
          ['general.name', 'string', name],
          ['tokenizer.ggml.tokens', 'array', 'string', Array.from({ length: vocabulary }, String)],
        ],
      }),
    );
  const base: KldBase = {
    name: 'm',
    model: [await model('m.gguf')],
    corpus: await file('t.txt', Buffer.from('text')),
    parameters: { ctx: shape.ctx, chunks: -1, batch: 64, ubatch: 64 },
    toolchain: { build: 'id' },
  };
  const settings: MeasureSettings = {
    base: 'stream',
    baseLimitBytes: 0,
    shareBase: false,
    parallel: undefined,
    machine: { cores: 2, freeMemoryBytes: () => Infinity, waitsAsleep: true },
  };
  return {
    effects,
    base,
    settings,
    model,
    variant: async (name: string, vocabulary?: number): Promise<KldStep> =>
      kldStep({ name, variant: [await model(name, vocabulary)], base }),
    /** What was started since the last call. */
    started: (): string[] => {
      const names = readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .sort();
      writeFileSync(log, '');
      return names;
    },
    /** Measures, and gives how each ended: `run`, `store`, or the code of its error. */
    measure: async (
      steps: readonly KldStep[],
      changes: Partial<MeasureSettings> = {},
    ): Promise<Record<string, string>> => {
      const endings: Record<string, string> = {};
      await runCachedTogether(steps, measuring(base, { ...settings, ...changes }), {
        effects,
        needFiles: true,
        ended: (step, ending) => {
          endings[step.name] = inWords(ending);
          return Promise.resolve();
        },
      });
      return endings;
    },
  };
}

/** A laboratory with three variants, of which the first behaves in some way. */
export async function threeVariants(
  first: Behaviour | (() => Behaviour),
  base: Behaviour | (() => Behaviour) = {},
) {
  const lab = await laboratory({ 'a.gguf': first, base });
  const steps = [await lab.variant('a.gguf'), await lab.variant('b.gguf'), await lab.variant('c.gguf')];
  return { lab, steps };
}

function inWords(ending: Ending): string {
  if (!('error' in ending)) return ending.origin;
  const { code, message } = ending.error as { code?: string; message: string };
  return `${code ?? 'Error'}: ${message}`;
}
