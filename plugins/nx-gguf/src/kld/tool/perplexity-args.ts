import { numberFlag, plainOfflineFlags } from './tool-flags.js';

/** What both passes of a comparison share; all of it can change the last digits of the results. */
export interface PassOptions {
  readonly model: string;
  /** File of the base's log-probabilities; a FIFO will do. */
  readonly baseFile: string;
  readonly contextTokens: number;
  readonly batchTokens?: number | undefined;
  readonly ubatchTokens?: number | undefined;
  /** Layers on the GPU: a number, `auto` or `all`. */
  readonly gpuLayers?: number | string | undefined;
  /** Devices to offload to; `none` for none. */
  readonly devices?: readonly string[] | undefined;
  /** RPC servers, each host:port. */
  readonly rpcServers?: readonly string[] | undefined;
  readonly flashAttention?: string | undefined;
}

/**
 * A base pass: writes the log-probabilities of the unquantized model over a text. Without `chunks`, over all
 * of it.
 */
export interface BasePassOptions extends PassOptions {
  readonly text: string;
  readonly chunks?: number;
}

/** Arguments of llama-perplexity for a base pass (checked against common/arg.cpp of llama.cpp v0.5.0). */
export function basePassArgs(options: BasePassOptions): string[] {
  return [
    ...common(options),
    '-f',
    options.text,
    '--kl-divergence-base',
    options.baseFile,
    ...numberFlag('--chunks', options.chunks),
  ];
}

/** Arguments of llama-perplexity for a variant pass. Text and number of chunks come from the base file. */
export function variantPassArgs(options: PassOptions): string[] {
  return [...common(options), '--kl-divergence', '--kl-divergence-base', options.baseFile];
}

function common({
  model,
  contextTokens,
  batchTokens,
  ubatchTokens,
  gpuLayers,
  devices,
  rpcServers,
  flashAttention,
}: PassOptions): string[] {
  return [
    ...plainOfflineFlags,
    '-m',
    model,
    '-c',
    String(contextTokens),
    ...numberFlag('-b', batchTokens),
    ...numberFlag('-ub', ubatchTokens),
    // A device of a server exists only after the server was named.
    ...listFlag('--rpc', rpcServers),
    ...listFlag('-dev', devices),
    ...(gpuLayers === undefined ? [] : ['-ngl', String(gpuLayers)]),
    ...(flashAttention === undefined ? [] : ['-fa', flashAttention]),
  ];
}

function listFlag(name: string, values: readonly string[] | undefined): string[] {
  return values === undefined || values.length === 0 ? [] : [name, values.join(',')];
}
