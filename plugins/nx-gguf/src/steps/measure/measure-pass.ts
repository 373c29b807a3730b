import { join } from 'node:path';
import type { PassThrough } from 'node:stream';
import { isGgufError } from '../../core/errors.js';
import type { ChunkRow } from '../../kld/tool/chunk-row.js';
import type { BaseCounter } from '../../kld/base/base-counter.js';
import type { KldFigures } from '../../kld/tool/kld-reader.js';
import type { MeasuredFigures } from '../../kld/tool/kld-result.js';
import { writeFifo, type FifoSink } from '../../toolchain/fifo.js';
import { relay, streamSink, type RelaySink } from '../../toolchain/relay.js';
import type { BaseSource } from './base-source.js';
import { baseFile } from './kld-base.js';
import { kldOutcome, variantArgs, type KldStep } from './kld.js';
import type { Member } from '../run-cached-together.js';
import { runVariantPass } from './perplexity-tool.js';

/** A variant that is measured. */
export type MeasuredMember = Member<KldStep>;

/** How the tool runs on a variant. */
export interface VariantRun {
  threads: number;
  onActivity: () => void;
  onRow: (member: MeasuredMember, row: ChunkRow) => void;
  baseState: BaseSource['state'];
}

/** One pass over the base logits, for several variants. */
export interface MeasurePass extends Omit<VariantRun, 'baseState'> {
  members: readonly MeasuredMember[];
  counter: BaseCounter;
  /** Starts what the logits come from. */
  source: (signal: AbortSignal) => BaseSource;
  /** Takes the logits too, to keep them; null when they are not kept. */
  keeper: PassThrough | null;
  signal: AbortSignal;
}

/** What a pass left. */
export interface PassEnding {
  /** Variants whose last lines the tool lost. */
  lost: readonly MeasuredMember[];
  /** Variants that failed because the source did. */
  starved: readonly MeasuredMember[];
  source: Awaited<BaseSource['ended']>;
}

/**
 * The source may be this far ahead of the slowest variant. One chunk of a real model is about as large, and
 * nothing is gained by more: variants wait for the next batch, whose logits come all at once.
 */
const relayBytes = 64 << 20;

// Failures that follow from base logits that ended too early, for which the variant is not to blame.
const consequences = new Set([
  'KLD_BASE_CUT',
  'KLD_BASE_WRONG',
  'KLD_BASE_MISSING',
  'KLD_NO_STATISTICS',
  'INTERRUPTED',
]);

/**
 * Feeds the logits of one source to all variants at once, each at its own pace. A variant that fails, or is
 * finished, leaves the others alone; when the source fails, all of them end. Their FIFOs are in their
 * directories.
 */
export async function measurePass(pass: MeasurePass): Promise<PassEnding> {
  const over = new AbortController();
  const signal = AbortSignal.any([pass.signal, over.signal]);
  const { fifos, source } = openEnds(pass, signal);
  const sinks: RelaySink[] = [
    ...(pass.keeper === null ? [] : [pass.keeper]),
    ...fifos.map(({ stream }) => stream),
  ].map(streamSink);
  const variants = pass.members.map((member, index) =>
    startVariant(member, { ...pass, baseState: source.state }, { signal, fifo: fifos[index] }),
  );
  const flow = relay(source.bytes, sinks, {
    limitBytes: relayBytes,
    onBytes: (bytes) => {
      pass.counter.take(bytes);
      pass.onActivity();
    },
  }).then(
    () => null,
    (error: unknown) => {
      source.stop();
      return error;
    },
  );
  const ended = Promise.all([flow, source.ended]).then(([error, ending]) =>
    isGgufError(error) ? { error } : ending,
  );
  let hasEnded = false;
  let isUnneeded = false;
  // A variant may be slow to take what it has: nobody waits for it when the source gives nothing of use.
  for (const ending of [source.ended, ended])
    void ending.then((known) => {
      if ('error' in known) over.abort();
    });
  void ended.then(() => {
    hasEnded = true;
  });
  const lost: MeasuredMember[] = [];
  const starved: MeasuredMember[] = [];
  const settled = variants.map(async ({ member, ending }) => {
    const result = await ending;
    if ('figures' in result) {
      const base = await source.ended;
      if ('error' in base) return void starved.push(member);
      if (base.perplexity === null) return void lost.push(member);
      return publish(member, { ...result.figures, basePerplexity: base.perplexity });
    }
    if (isGgufError(result.error) && consequences.has(result.error.code) && !pass.signal.aborted) {
      const base = await ended;
      if ('error' in base && !isUnneeded) return void starved.push(member);
      if (result.error.code === 'KLD_NO_STATISTICS') return void lost.push(member);
    }
    return member.fail(result.error);
  });
  // The source is stopped when no reader needs the rest: it could compute for hours before its next write
  // fails.
  void Promise.all([...variants.map(({ ending }) => ending), closed(pass.keeper)]).then(() => {
    if (hasEnded || pass.counter.isComplete()) return;
    isUnneeded = source.stop();
  });
  await Promise.all(settled);
  return { lost, starved, source: await ended };
}

/** Opens what the variants read from, then the source: a FIFO that cannot be opened starts no process. */
function openEnds(pass: MeasurePass, signal: AbortSignal): { fifos: FifoSink[]; source: BaseSource } {
  const fifos: FifoSink[] = [];
  try {
    for (const { step, bench } of pass.members)
      fifos.push(writeFifo(join(bench.directory, baseFile(step.base))));
    return { fifos, source: pass.source(signal) };
  } catch (error) {
    for (const { release } of fifos) release();
    throw error;
  }
}

function startVariant(
  member: MeasuredMember,
  pass: VariantRun,
  { signal, fifo }: { signal: AbortSignal; fifo: FifoSink | undefined },
) {
  const ending = runVariant(member, pass, signal)
    .finally(() => fifo?.release())
    .then(
      (figures): { figures: KldFigures } => ({ figures }),
      (error: unknown) => ({ error }),
    );
  return { member, ending };
}

/** Runs the tool on one variant, whose base logits are under the base's name in its directory. */
export function runVariant(
  member: MeasuredMember,
  { threads, onActivity, onRow, baseState }: VariantRun,
  signal: AbortSignal,
): Promise<KldFigures> {
  const { step, bench } = member;
  return runVariantPass(
    {
      args: variantArgs(step),
      threads,
      signal,
      baseState,
      onOutput: onActivity,
      onRow: (row) => {
        onRow(member, row);
      },
    },
    bench,
  );
}

function closed(stream: PassThrough | null): Promise<void> {
  return new Promise((resolve) => {
    if (stream === null || stream.closed) resolve();
    else stream.once('close', resolve);
  });
}

/** Publishes the result of a variant. */
export async function publish(
  { step, bench, finish, fail }: MeasuredMember,
  figures: MeasuredFigures,
): Promise<void> {
  try {
    await finish(await kldOutcome(step, figures, bench));
  } catch (error) {
    await fail(error);
  }
}
