import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/json/canonical-json.js';
import { sha256 } from '../../src/core/digest.js';
import type { WorkEvent } from '../../src/core/events.js';
import type { Manifest, ManifestFile } from '../../src/core/generated/manifest.generated.js';
import type { QuantizationPlan } from '../../src/core/generated/plan.generated.js';
import { readDryRun } from '../../src/quant/tool/dry-run.js';
import { quantizeArgs, type QuantizeOptions } from '../../src/quant/tool/quantize-args.js';
import { noRemotes } from '../../src/remote/create-remotes.js';
import { GgufError } from '../../src/core/errors.js';
import { runCached } from '../../src/steps/run-cached.js';
import { quantizeStep, type QuantizeSettings } from '../../src/steps/quantize/quantize.js';
import type { Step } from '../../src/steps/step.js';
import { findBlob } from '../../src/store/blobs.js';
import { referToFile } from '../../src/store/external.js';
import type { StoreLayout } from '../../src/store/layout.js';
import { openStore } from '../../src/store/store.js';
import { runTool, type RunTool } from '../../src/toolchain/run-tool.js';

/** A variant to be built. */
export interface LabVariant {
  model: readonly ManifestFile[];
  settings: QuantizeSettings;
  rules?: string | null;
  imatrix?: ManifestFile | null;
  name?: string;
  /** Identity of the build of llama.cpp; a made-up one when absent. */
  build?: Json;
}

/** A built variant: its manifest, what was said, and the runs of llama-quantize that were no dry runs. */
export interface LabResult {
  manifest: Manifest;
  messages: string[];
  runs: string[][];
}

/** A store with the real llama-quantize beside it. */
export interface QuantizeLab {
  store: StoreLayout;
  /** Puts a file where models come from; it keeps its name. */
  file: (name: string, bytes: Uint8Array) => Promise<ManifestFile>;
  build: (variant: LabVariant, run?: RunTool) => Promise<LabResult>;
  step: (variant: LabVariant) => Promise<Step>;
  /** What llama-quantize says that it will make of a variant; without tensors when it says that it cannot. */
  expected: (variant: LabVariant) => Promise<QuantizationPlan>;
  /** sha256 of each file that llama-quantize itself writes for a variant. */
  stock: (variant: LabVariant) => Promise<string[]>;
}

/** Opens a lab in a directory. */
export async function quantizeLab(directory: string, llamaQuantize: string): Promise<QuantizeLab> {
  const store = await openStore(join(directory, 'store'));
  const files = join(directory, 'files');
  mkdirSync(files, { recursive: true });
  const inWork = async <T>(
    variant: LabVariant,
    work: (directory: string, options: QuantizeOptions) => Promise<T>,
  ): Promise<T> => {
    const directoryOfRun = mkdtempSync(join(directory, 'stock-'));
    try {
      return await work(directoryOfRun, await layOut(variant, directoryOfRun, store));
    } finally {
      rmSync(directoryOfRun, { recursive: true, force: true });
    }
  };
  const lab: QuantizeLab = {
    store,
    step: async (variant) => {
      const { model, settings, rules = null, imatrix = null, name, build = 'lab' } = variant;
      return quantizeStep({
        name: name ?? settings.ftype,
        settings,
        rules,
        expected: await lab.expected(variant),
        model,
        imatrix,
        toolchain: { build },
      });
    },
    expected: (variant) =>
      inWork(variant, async (cwd, options) => {
        const { exitCode, output } = await runTool({
          command: llamaQuantize,
          args: quantizeArgs({ ...options, dryRun: true }),
          cwd,
          mayFail: true,
        });
        const tensors = exitCode === 0 ? readDryRun(output.split('\n')).tensors : [];
        return {
          format: 1,
          ftype: variant.settings.ftype,
          total: { elements: 0, sizeBytes: 0, bitsPerWeight: 0, sourceBytes: 0 },
          tensors: tensors.map((tensor) => ({
            ...tensor,
            shape: [...tensor.shape],
            sizeBytes: 0,
            because: { kind: 'default' },
          })),
        };
      }),
    file: async (name, bytes) => {
      const path = join(files, `${sha256(bytes).slice(0, 8)}-${name}`);
      writeFileSync(path, bytes);
      return { name, ...(await referToFile(store, path)) };
    },
    build: async (variant, run = runTool) => {
      const messages: string[] = [];
      const runs: string[][] = [];
      const counting: RunTool = (tool) => {
        if (!tool.args.includes('--dry-run')) runs.push([...tool.args]);
        return run(tool);
      };
      const { manifest } = await runCached(
        await lab.step(variant),
        effectsOf(store, llamaQuantize, { runTool: counting, report: (event) => keep(event, messages) }),
        true,
      );
      return { manifest, messages, runs };
    },
    stock: (variant) =>
      inWork(variant, async (cwd, options) => {
        await runTool({ command: llamaQuantize, args: quantizeArgs(options), cwd });
        return readdirSync(join(cwd, 'out'))
          .sort()
          .map((name) => sha256(readFileSync(join(cwd, 'out', name))));
      }),
  };
  return lab;
}

/** Puts what a variant is made of into a directory; the options of llama-quantize for it. */
async function layOut(
  { model, settings, rules, imatrix, name }: LabVariant,
  directory: string,
  store: StoreLayout,
): Promise<QuantizeOptions> {
  for (const file of [...model, ...(imatrix === null || imatrix === undefined ? [] : [imatrix])])
    symlinkSync((await findBlob(store, file)) ?? '', join(directory, file.name));
  if (rules) writeFileSync(join(directory, 'tensor_types.txt'), rules);
  mkdirSync(join(directory, 'out'));
  return {
    ...settings,
    input: model[0]?.name ?? '',
    output: `out/${name ?? settings.ftype}.gguf`,
    ...(rules ? { tensorTypesFile: 'tensor_types.txt' } : {}),
    ...(imatrix ? { imatrixFile: imatrix.name } : {}),
  };
}

/** The effects of a step in a lab. */
export function effectsOf(
  store: StoreLayout,
  llamaQuantize: string,
  { runTool: run, report }: { runTool: RunTool; report: (event: WorkEvent) => void },
): Parameters<typeof runCached>[1] {
  const none = () => Promise.reject(new Error('this step needs no other tool'));
  return {
    store,
    remotes: noRemotes(store),
    runTool: run,
    report,
    threads: undefined,
    signal: undefined,
    tools: { llama: () => Promise.resolve(llamaQuantize), python: none, source: none },
    resolve: async (file) => {
      const found = await findBlob(store, file);
      if (found === null) throw new GgufError('BLOB_MISSING', `${file.name} is not in the store`);
      return found;
    },
  };
}

function keep(event: WorkEvent, messages: string[]): void {
  if (event.type !== 'progress') messages.push(event.message);
}
