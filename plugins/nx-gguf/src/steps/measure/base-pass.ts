import type { Manifest } from '../../core/generated/manifest.generated.js';
import { baseCounter } from '../../kld/base/base-counter.js';
import type { BaseShape } from '../../kld/base/base-format.js';
import type { BasePerplexity } from '../../kld/statistics/base-perplexity.js';
import type { ChunkRow } from '../../kld/tool/chunk-row.js';
import { baseProgress } from '../../kld/tool/perplexity-log.js';
import { makeFifos } from '../../toolchain/fifo.js';
import { computedBase, keptBase } from './base-source.js';
import { baseKeeper, keptOutcome, type BaseKeeper } from './keep-base.js';
import { baseFile, type KldBase } from './kld-base.js';
import type { KldStep } from './kld.js';
import { measureOverFile } from './measure-over-file.js';
import { measurePass, type MeasuredMember, type MeasurePass, type PassEnding } from './measure-pass.js';
import { measureProgress } from './measure-progress.js';
import { stallWatch } from './stall-watch.js';
import type { StepOutcome, Workbench } from '../step.js';

/** Settings for keeping base logits. */
export interface BasePassSettings {
  /** `keep` and `auto` put the logits into the store while they pass, `auto` only up to the limit. */
  base: 'stream' | 'keep' | 'auto';
  baseLimitBytes: number;
  /** Nothing moved for so long means that nothing will; two hours when undefined. */
  stallMs?: number | undefined;
}

/** The readers of base logits in a pass, and the source of the logits. */
export interface BasePass {
  members: readonly MeasuredMember[];
  bench: Workbench;
  threads: number;
  /** Tokens of the vocabulary of the unquantized model. */
  vocabulary: number;
  /** The logits that an earlier pass left. */
  kept: Manifest | null;
  /** Gets each row of a variant as it comes, and the chunks that there are. */
  onRow?: (step: KldStep, row: ChunkRow, chunks: number | null) => void;
}

/**
 * One pass with the chunks of its logits, and the outcome of the base's own step when these were to be kept:
 * an error when they could not.
 */
export async function basePass(
  base: KldBase,
  settings: BasePassSettings,
  { members, bench, threads, vocabulary, kept, onRow }: BasePass,
): Promise<PassEnding & { outcome: StepOutcome | Error | null; chunks: number | null }> {
  const counter = baseCounter(shapeOf(base, vocabulary));
  const chunks = (): number | null => counter.shape()?.chunks ?? null;
  const watch = stallWatch(bench.signal, settings.stallMs);
  const progress = measureProgress(
    members.map(({ step }) => step.name),
    { report: bench.report, chunks },
  );
  const keeper =
    kept !== null || settings.base === 'stream'
      ? null
      : baseKeeper(base, bench, {
          counter,
          limitBytes: settings.base === 'auto' ? settings.baseLimitBytes : Infinity,
        });
  const onOutput = (text: string): void => {
    watch.activity();
    const done = members.length > 0 ? undefined : baseProgress(text).at(-1)?.chunk;
    if (done !== undefined)
      bench.report({ type: 'progress', label: 'base logits', done, total: chunks(), unit: 'chunks' });
  };
  const pass: MeasurePass = {
    counter,
    threads,
    signal: watch.signal,
    keeper: keeper?.stream ?? null,
    onActivity: watch.activity,
    members: members.map((member) => ({ ...member, fail: (error) => member.fail(watch.explained(error)) })),
    source: (signal) =>
      kept === null
        ? computedBase(base, bench, { threads, signal, counter, onOutput })
        : keptBase(kept, base, { store: bench.store, counter }),
    onRow: ({ step }, row) => {
      progress(step.name, row);
      onRow?.(step, row, chunks());
    },
  };
  try {
    const passed = (await makeEnds(base, pass, { bench, isComputed: kept === null }))
      ? await measurePass(pass)
      : await measureOverFile({ ...pass, base, wanted: shapeOf(base, vocabulary), kept, bench, onOutput });
    const ending = {
      ...passed,
      source: 'error' in passed.source ? { error: watch.explained(passed.source.error) } : passed.source,
    };
    const outcome =
      keeper === null
        ? null
        : await keptBy(keeper, ending, (path, perplexity) =>
            keptOutcome(base, { path, counter, perplexity }),
          );
    return { ...ending, outcome, chunks: chunks() };
  } finally {
    keeper?.stream.destroy();
    watch.end();
  }
}

/**
 * What is known of the logits before they come; a model that states no tokens has a vocabulary nevertheless.
 */
function shapeOf({ parameters }: KldBase, vocabulary: number): Partial<BaseShape> {
  return { ctx: parameters.ctx, ...(vocabulary === 0 ? {} : { vocabulary }) };
}

async function keptBy(
  { stream, written }: BaseKeeper,
  { source }: PassEnding,
  outcome: (path: string, perplexity: BasePerplexity | null) => StepOutcome,
): Promise<StepOutcome | Error> {
  if ('error' in source) stream.destroy();
  return written
    .then((path) => ('error' in source ? (source.error as Error) : outcome(path, source.perplexity)))
    .catch((error: unknown) => ('error' in source ? source.error : error) as Error);
}

async function makeEnds(
  base: KldBase,
  { members }: MeasurePass,
  { bench, isComputed }: { bench: Workbench; isComputed: boolean },
): Promise<boolean> {
  const directories = [
    ...(isComputed ? [bench.directory] : []),
    ...members.map((member) => member.bench.directory),
  ];
  for (const directory of directories) {
    if (await makeFifos([baseFile(base)], { directory, runTool: bench.runTool })) continue;
    bench.report({
      type: 'step',
      message:
        'there are no FIFOs here: the base logits are written to a file in the store first, for as long as they are read',
    });
    return false;
  }
  return true;
}
