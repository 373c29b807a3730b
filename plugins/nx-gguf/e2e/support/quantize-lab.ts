import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/canonical-json.js';
import { sha256 } from '../../src/core/digest.js';
import type { WorkEvent } from '../../src/core/events.js';
import type { Manifest, ManifestFile } from '../../src/core/generated/manifest.generated.js';
import type { QuantizationPlan } from '../../src/core/generated/plan.generated.js';
import { quantizeArgs } from '../../src/quant/quantize-args.js';
import { dryRunOf, dryRunStep } from '../../src/steps/dry-run.js';
import { ggufHeaderStep, modelHeaders } from '../../src/steps/gguf-header.js';
import { perform, type Effects } from '../../src/steps/perform.js';
import { quantizeStep, type QuantizeSettings } from '../../src/steps/quantize.js';
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
  /** sha256 of each file that llama-quantize itself writes for a variant. */
  stock: (variant: LabVariant) => Promise<string[]>;
}

/** Opens a lab in a directory. */
export async function quantizeLab(directory: string, llamaQuantize: string): Promise<QuantizeLab> {
  const store = await openStore(join(directory, 'store'));
  const files = join(directory, 'files');
  mkdirSync(files, { recursive: true });
  return {
    store,
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
      const effects = effectsOf(store, llamaQuantize, { runTool: counting, report: (event) => keep(event, messages) });
      const { manifest } = await perform(await stepOf(variant, effects), effects, true);
      return { manifest, messages, runs };
    },
    stock: async (variant) => {
      const work = mkdtempSync(join(directory, 'stock-'));
      try {
        for (const file of [...variant.model, ...(variant.imatrix === null || variant.imatrix === undefined ? [] : [variant.imatrix])]) symlinkSync((await findBlob(store, file)) ?? '', join(work, file.name));
        if (variant.rules) writeFileSync(join(work, 'tensor_types.txt'), variant.rules);
        mkdirSync(join(work, 'out'));
        const { ftype, ...settings } = variant.settings;
        const args = quantizeArgs({
          ...settings, ftype, input: variant.model[0]?.name ?? '', output: `out/${variant.name ?? ftype}.gguf`,
          ...(variant.rules ? { tensorTypesFile: 'tensor_types.txt' } : {}), ...(variant.imatrix ? { imatrixFile: variant.imatrix.name } : {}),
        });
        await runTool({ command: llamaQuantize, args, cwd: work });
        return readdirSync(join(work, 'out')).sort().map((name) => sha256(readFileSync(join(work, 'out', name))));
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
    },
  };
}

/** The effects of a step in a lab. */
export function effectsOf(store: StoreLayout, llamaQuantize: string, { runTool: run, report }: { runTool: RunTool; report: (event: WorkEvent) => void }): Effects {
  const none = () => Promise.reject(new Error('this step needs no other tool'));
  return {
    store, runTool: run, report, threads: undefined, signal: undefined,
    tools: { llama: () => Promise.resolve(llamaQuantize), python: none, source: none },
    resolve: async (file) => (await findBlob(store, file)) ?? '',
  };
}

/** The step of a variant, which needs its dry run. */
export async function stepOf(variant: LabVariant, effects: Effects) {
  const { model, settings, rules = null, imatrix = null, name, build = 'lab' } = variant;
  return quantizeStep({ name: name ?? settings.ftype, settings, rules, model, imatrix, toolchain: { build }, expected: await expectedOf(variant, effects) });
}

/** What llama-quantize says it will do; why it does so is of no interest here. */
export async function expectedOf({ model, settings, rules = null, imatrix = null, build = 'lab' }: LabVariant, effects: Effects): Promise<QuantizationPlan> {
  const headers = modelHeaders((await perform(ggufHeaderStep(model), effects, true)).manifest);
  const step = dryRunStep({ headers, bring: () => Promise.resolve(), settings, rules, hasImatrix: imatrix !== null, toolchain: { build } });
  const { tensors } = dryRunOf((await perform(step, effects, false)).manifest);
  return {
    format: 1, ftype: settings.ftype,
    tensors: tensors.map((tensor) => ({ ...tensor, shape: [...tensor.shape], sizeBytes: 0, because: { kind: 'default' } })),
    total: { elements: 0, sizeBytes: 0, bitsPerWeight: 0, sourceBytes: 0 },
  };
}

function keep(event: WorkEvent, messages: string[]): void {
  if (event.type !== 'progress') messages.push(event.message);
}
