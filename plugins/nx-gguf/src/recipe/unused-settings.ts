import type { Json } from '../core/canonical-json.js';
import type { Corpus } from '../core/generated/corpus.generated.js';
import type { BenchSettings, CardSettings, EvaluationSettings } from '../core/generated/model.generated.js';
import type { Toolchain } from '../core/generated/toolchain.generated.js';
import type { Surroundings } from './ports.js';

type Build = Readonly<Record<string, Json>>;

const gpuBackend =
  /^GGML_(?:CANN|CUDA|HEXAGON|HIP|METAL|MUSA|OPENCL|OPENVINO|SYCL|VIRTGPU|VULKAN|WEBGPU|ZDNN)$/;

/** Settings of an evaluation that others of it, or the build of llama.cpp, leave without effect. */
export function unusedEvaluation(
  { gpuLayers, device, rpc, base = 'stream', baseLimit }: EvaluationSettings,
  build: Build,
): string[] {
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
  ];
}

/** The same of the settings for speed. */
export function unusedBench({ gpuLayers = 0 }: BenchSettings, build: Build): string[] {
  return gpuLayers > 0 && isWithoutGpu(build) ? [`bench.gpuLayers changes nothing: ${withoutGpu}`] : [];
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
