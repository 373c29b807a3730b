import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import prettyBytes from 'pretty-bytes';
import { GgufError, isGgufError } from '../../core/errors.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import { incompleteBase } from '../../kld/base/base-counter.js';
import {
  baseHeadBytes,
  baseSizeBytes,
  readBaseHead,
  requireBaseShape,
  type BaseShape,
} from '../../kld/base/base-format.js';
import { announcedChunks } from '../../kld/tool/perplexity-log.js';
import { freeBytes } from '../../files/free-space.js';
import type { ToolResult } from '../../toolchain/run-tool.js';
import { relay, streamSink } from '../../toolchain/relay.js';
import { inBaseWords, perplexityIn } from './base-source.js';
import { keptLogits, keptPerplexity, keptShape } from './kept-base.js';
import { baseArgs, baseFile, type KldBase } from './kld-base.js';
import {
  publish,
  runVariant,
  type MeasuredMember,
  type MeasurePass,
  type PassEnding,
} from './measure-pass.js';
import { baseFailure, runBasePass } from './perplexity-tool.js';
import type { Workbench } from '../step.js';

/** A pass without FIFOs. */
export interface FilePass extends Omit<MeasurePass, 'source'> {
  base: KldBase;
  /** The dimensions of the logits, as far as they are known. */
  wanted: Partial<BaseShape>;
  kept: Manifest | null;
  bench: Workbench;
  onOutput: (text: string) => void;
}

const marginBytes = 64 << 20;

/**
 * The way for Windows and for file systems without FIFOs: the base logits are written out whole, once it is
 * known that there is room for them, and then read by all variants at once. The file is gone when they are
 * done.
 */
export async function measureOverFile(pass: FilePass): Promise<PassEnding> {
  const { base, bench, members, signal, keeper } = pass;
  const path = join(bench.directory, baseFile(base));
  try {
    const source =
      pass.kept === null ? await computeBase(path, pass) : await unpackBase(path, pass.kept, pass);
    if ('error' in source) return { lost: [], starved: members, source };
    const { perplexity } = source;
    const keeping =
      keeper === null
        ? null
        : relay(createReadStream(path), [streamSink(keeper)], {
            limitBytes: 1 << 20,
            onBytes: pass.counter.take,
          });
    keeping?.catch(() => undefined);
    const lost: MeasuredMember[] = [];
    await Promise.all(
      members.map(async (member) => {
        try {
          await symlink(path, join(member.bench.directory, baseFile(base)));
          const variant = { ...pass, baseState: () => Promise.resolve('finite' as const) };
          const figures = await runVariant(member, variant, signal);
          if (perplexity === null) lost.push(member);
          else await publish(member, { ...figures, basePerplexity: perplexity });
        } catch (error) {
          if (isGgufError(error) && error.code === 'KLD_NO_STATISTICS') lost.push(member);
          else await member.fail(error);
        } finally {
          await rm(join(member.bench.directory, baseFile(base)), { force: true });
        }
      }),
    );
    await keeping;
    return { lost, starved: [], source };
  } catch (error) {
    return {
      lost: [],
      starved: members,
      source: { error: pass.kept === null ? inBaseWords(base, error) : error },
    };
  } finally {
    await rm(path, { force: true });
  }
}

/**
 * Has the tool write the file; it is ended as soon as it says how many chunks there are and they need more
 * room than there is.
 */
async function computeBase(
  path: string,
  { base, wanted, bench, threads, signal, onOutput }: FilePass,
): Promise<PassEnding['source']> {
  const tooLarge = new AbortController();
  let said: string | null = '';
  let refused: Promise<void> | null = null;
  const announced = (chunks: number): Promise<void> =>
    requireRoomFor({ ctx: base.parameters.ctx, vocabulary: 0, ...wanted, chunks }, bench).catch(
      (error: unknown) => {
        tooLarge.abort();
        throw error;
      },
    );
  const take = (text: string): void => {
    onOutput(text);
    if (said === null) return;
    said = (said + text).slice(-longestAnnouncement);
    const chunks = announcedChunks(said);
    if (chunks === null) return;
    said = null;
    refused = announced(chunks);
    // The failure is handled where the promise is awaited, when the tool has ended.
    refused.catch(() => undefined);
  };
  const run = runBasePass(
    { args: baseArgs(base), threads, signal: AbortSignal.any([signal, tooLarge.signal]), onOutput: take },
    bench,
  );
  const [ending] = await Promise.allSettled([run]);
  await (refused as Promise<void> | null);
  if (ending.status === 'rejected') throw ending.reason as Error;
  await requireComplete(path, wanted, ending.value);
  return perplexityIn(ending.value, base);
}

const longestAnnouncement = 64 * 1024;

async function unpackBase(
  path: string,
  kept: Manifest,
  { base, bench, signal }: FilePass,
): Promise<PassEnding['source']> {
  const shape = keptShape(kept);
  if (shape !== null) await requireRoomFor(shape, bench);
  await pipeline(keptLogits(kept, base, bench.store), createWriteStream(path), { signal }).catch(
    (error: unknown) => {
      throw signal.aborted
        ? new GgufError('INTERRUPTED', 'the measurement was interrupted', { cause: error })
        : error;
    },
  );
  return { perplexity: keptPerplexity(kept) };
}

async function requireRoomFor(shape: BaseShape, { directory, report }: Workbench): Promise<void> {
  const [needed, free] = [baseSizeBytes(shape), await freeBytes(directory)];
  const size = (bytes: number): string => prettyBytes(bytes, { binary: true });
  if (free !== null && free < needed + marginBytes) {
    throw new GgufError(
      'KLD_NO_ROOM',
      `the base logits take a file of ${size(needed)}, and the store's file system has ${size(free)} left`,
      {
        hint: 'There are no FIFOs here, so they must be written out. Free space, measure fewer chunks, or put the store on a file system that has FIFOs (NX_GGUF_STORE).',
      },
    );
  }
  report({ type: 'step', message: `the file of base logits takes ${size(needed)}` });
}

async function requireComplete(path: string, wanted: Partial<BaseShape>, result: ToolResult): Promise<void> {
  const head = Buffer.alloc(baseHeadBytes);
  const size = await stat(path).then(
    (info) => info.size,
    () => 0,
  );
  if (size < baseHeadBytes) throw baseFailure(result, incompleteBase(size, null));
  const handle = await open(path, 'r');
  await handle.read(head, 0, baseHeadBytes, 0).finally(() => handle.close());
  const shape = readBaseHead(head);
  requireBaseShape(shape, wanted);
  if (size !== baseSizeBytes(shape)) throw baseFailure(result, incompleteBase(size, shape));
}
