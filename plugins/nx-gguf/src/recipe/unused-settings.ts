import type { Json } from '../core/json/canonical-json.js';
import type { Corpus } from '../core/generated/corpus.generated.js';
import type {
  BenchSettings,
  CardSettings,
  EvaluationSettings,
  ImatrixMake,
} from '../core/generated/model.generated.js';
import type { Toolchain } from '../core/generated/toolchain.generated.js';
import { clippedBatches, clippedBenchBatch } from '../kld/tool/effective-batch.js';
import type { Surroundings } from './ports.js';

type Build = Readonly<Record<string, Json>>;

const gpuBackend =
  /^GGML_(?:CANN|CUDA|HEXAGON|HIP|METAL|MUSA|OPENCL|OPENVINO|SYCL|VIRTGPU|VULKAN|WEBGPU|ZDNN)$/;

/**
 * Settings of an evaluation that others of it, or the build of llama.cpp, leave without effect; `keepsAlways` for
 * the target that keeps base logits whatever `base` is.
 */
export function unusedEvaluation(settings: EvaluationSettings, build: Build, keepsAlways = false): string[] {
  const { ctx = 512, gpuLayers, device, rpc, base = 'stream', baseLimit, shareBase = false } = settings;
  const isOffloading = gpuLayers !== undefined && gpuLayers !== 0;
  const isCpu = device?.length === 1 && device[0] === 'none';
  return [
    ...(isOffloading && isCpu ? ['evaluation.gpuLayers changes nothing: "device" is none'] : []),
    ...(isOffloading && !isCpu && rpc === undefined && isWithoutGpu(build)
      ? [`evaluation.gpuLayers changes nothing: ${withoutGpu}`]
      : []),
    ...(rpc !== undefined && isCpu ? ['evaluation.rpc changes nothing: "device" is none'] : []),
    ...(baseLimit !== undefined && base !== 'auto'
      ? [`evaluation.baseLimit changes nothing: "base" is ${base}, and only auto has a limit`]
      : []),
    ...(shareBase && base === 'stream' && !keepsAlways
      ? ['evaluation.shareBase shares only what was kept before: "base" is stream, and keeps nothing']
      : []),
    ...clippedBatches('evaluation', { ...settings, ctx }),
  ];
}

/** The same of a matrix that is made. */
export function unusedImatrix({ ctx = 512, batch }: ImatrixMake): string[] {
  return clippedBatches('imatrix', { ctx, batch });
}

/** The same of the settings for speed, and more threads than this process may run at once. */
export function unusedBench(
  { gpuLayers = 0, devices, depth, threads = 0, batch, ubatch }: BenchSettings,
  build: Build,
  mostThreads = Infinity,
): string[] {
  const isCpu = devices?.length === 1 && devices[0] === 'none';
  return [
    ...(gpuLayers > 0 && isCpu ? ['bench.gpuLayers changes nothing: "devices" is none'] : []),
    ...(gpuLayers > 0 && !isCpu && isWithoutGpu(build)
      ? [`bench.gpuLayers changes nothing: ${withoutGpu}`]
      : []),
    ...(depth?.length === 0 ? ['bench.depth changes nothing: it is empty, which is a depth of 0'] : []),
    ...(threads > mostThreads
      ? [
          `bench.threads is ${threads}, and this process may run ${mostThreads} at once: they wait for each other, and the speed is not that of ${threads}`,
        ]
      : []),
    ...clippedBenchBatch({ batch, ubatch }),
  ];
}

/** Fields of a card that a hub does not read: it asks for name and link of a licence that is `other`. */
export function unusedCard({ license, licenseName, licenseLink }: CardSettings): string[] {
  if (license === undefined || license === 'other') return [];
  return Object.entries({ licenseName, licenseLink }).flatMap(([field, value]) =>
    value === undefined ? [] : [`card.${field} changes nothing on a hub: "license" is ${license}, not other`],
  );
}

/** The toolchain of a corpus that needs none. */
export function unusedCorpus({ source, toolchain }: Corpus): string[] {
  const needs =
    source.type === 'command' && source.command.some((text) => /\{(?:llamaCpp|python)\}/.test(text));
  return toolchain === undefined || needs
    ? []
    : ['toolchain of corpus.json changes nothing: its source names neither {llamaCpp} nor {python}'];
}

/** Parts of toolchain.json that something ready takes the place of. */
export function unusedToolchain({ source, build = {}, python = {} }: Toolchain): string[] {
  const { interpreter, ...made } = python;
  return [
    ...(source.type === 'binaries'
      ? Object.keys(build).map(
          (field) => `build.${field} changes nothing: the source is binaries, and nothing is compiled`,
        )
      : []),
    ...(interpreter === undefined
      ? []
      : Object.keys(made).map(
          (field) =>
            `python.${field} changes nothing: "interpreter" is used as it is, and nothing is installed`,
        )),
  ];
}

/** Tells of settings without effect. */
export function tellUnused(
  messages: readonly string[],
  { environment }: Pick<Surroundings, 'environment'>,
): void {
  for (const message of messages) environment.report({ type: 'warning', message });
}

const withoutGpu = 'this llama.cpp is built for the CPU alone ("build.backend" of toolchain.json)';

/** True for a build that is known to have no GPU; of ready binaries nothing is known. */
function isWithoutGpu({ build }: Build): boolean {
  const { kind, cmake } = build as { kind?: string; cmake?: Record<string, string> };
  return (
    kind === 'built' &&
    !Object.entries(cmake ?? {}).some(
      ([name, value]) => gpuBackend.test(name) && /^(?:on|1|true|yes)$/i.test(value),
    )
  );
}
