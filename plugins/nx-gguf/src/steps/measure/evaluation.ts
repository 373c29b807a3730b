import type { KldParameters } from '../../core/generated/kld.generated.js';
import type { EvaluationSettings } from '../../core/generated/model.generated.js';
import type { PassOptions } from '../../kld/tool/perplexity-args.js';

/**
 * How text is cut and batched, and where models are computed; all of it can change the digits. `chunks` -1
 * means all.
 */
export interface EvaluationParameters {
  ctx: number;
  chunks: number;
  batch: number;
  ubatch: number;
  gpuLayers?: number | string | undefined;
  device?: readonly string[] | undefined;
  rpc?: readonly string[] | undefined;
  flashAttention?: string | undefined;
}

/** The parameters of a model file, with the defaults for what it does not state. */
export function evaluationParameters({
  ctx = 512,
  chunks = -1,
  batch = 2048,
  ubatch = 512,
  gpuLayers,
  device,
  rpc,
  flashAttention,
}: EvaluationSettings): EvaluationParameters {
  return { ctx, chunks, batch, ubatch, gpuLayers, device, rpc, flashAttention };
}

/** The parameters in the words of llama-perplexity's arguments. */
export function passOptions({
  ctx,
  batch,
  ubatch,
  gpuLayers,
  device,
  rpc,
  flashAttention,
}: EvaluationParameters): Omit<PassOptions, 'model' | 'baseFile'> {
  return {
    contextTokens: ctx,
    batchTokens: batch,
    ubatchTokens: ubatch,
    gpuLayers,
    devices: device,
    rpcServers: rpc,
    flashAttention,
  };
}

/** The parameters as a result states them: only those that were given. */
export function statedParameters({
  ctx,
  chunks,
  batch,
  ubatch,
  gpuLayers,
  device,
  rpc,
  flashAttention,
}: EvaluationParameters): KldParameters {
  const more = { gpuLayers, device: device?.join(','), rpc: rpc?.join(','), flashAttention };
  const given = Object.entries(more).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return { ctx, chunks, batch, ubatch, ...Object.fromEntries(given) };
}
