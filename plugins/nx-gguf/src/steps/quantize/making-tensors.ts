import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { quietly } from '../../files/background-flush.js';
import type { Workbench } from '../step.js';
import { composedOf, isAsComposed } from './composed-output.js';
import type { MadeTensors } from './made-tensors.js';
import { runPart, type ModelPart } from './model-part.js';
import { withCount } from './output-metadata.js';
import { subsetOf } from './subset-gguf.js';

/** A run of llama-quantize on the missing tensors, whose output can be read while it grows. */
export interface MakingTensors {
  isOver: () => boolean;
  /**
   * Whether every file that was written is as expected. @throws what the run failed with for another reason
   * than its input
   */
  ended: Promise<boolean>;
  /** Ends the run, and waits for its end. */
  stop: () => Promise<void>;
}

const pollMs = 5;

/**
 * Writes a part and has llama-quantize make it. What it makes can be followed once the metadata are known,
 * and is checked against them.
 */
export function startRun(
  part: ModelPart,
  { bench, made }: { bench: Workbench; made: MadeTensors },
): { making: MakingTensors; follow: () => void } {
  const subset = subsetOf(part);
  const stopping = new AbortController();
  const signal =
    bench.signal === undefined ? stopping.signal : AbortSignal.any([bench.signal, stopping.signal]);
  let isOver = false;
  let tellMetadata: (areKnown: boolean) => void = () => undefined;
  const metadataKnown = new Promise<boolean>((resolve) => {
    tellMetadata = resolve;
  });
  const count = subset.outputs.reduce((sum, { tensors }) => sum + tensors.length, 0);
  const composed = () =>
    subset.outputs.map(({ name, tensors }, index) => {
      const metadata = made.metadata[index];
      if (metadata === undefined) throw new Error(`no metadata of output ${index}`);
      return {
        path: join(bench.directory, name),
        tensors,
        composed: composedOf(withCount(metadata, count).raw, tensors),
      };
    });
  const run = async (): Promise<boolean> => {
    try {
      return (
        (await runPart(subset, { ...part, signal }, { quiet: false, bench: { ...bench, signal } })) &&
        (await metadataKnown) &&
        (await Promise.all(composed().map(isAsComposed))).every(Boolean)
      );
    } finally {
      isOver = true;
    }
  };
  const ended = quietly(run());
  return {
    making: {
      isOver: () => isOver,
      ended,
      stop: async () => {
        stopping.abort();
        tellMetadata(false);
        await ended.catch(() => undefined);
      },
    },
    follow: () => {
      tellMetadata(true);
      for (const {
        path,
        tensors,
        composed: { places },
      } of composed()) {
        const whenThere = async (sizeBytes: number): Promise<void> => {
          while (!isOver && (await sizeOf(path)) < sizeBytes) await sleep(pollMs);
        };
        for (const [at, { key }] of tensors.entries())
          made.places.set(key, { path, range: places[at] ?? { offset: 0, length: 0 }, whenThere });
      }
    },
  };
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
