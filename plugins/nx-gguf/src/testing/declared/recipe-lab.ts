import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../core/json/canonical-json.js';
import { sha256 } from '../../core/digest.js';
import { isGgufError } from '../../core/errors.js';
import type { WorkEvent } from '../../core/events.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import { targetName, type TargetRef } from '../../core/target.js';
import { tinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { parseHeader } from './parsed-header.js';
import type { RecipePorts } from '../../recipe/ports.js';
import { recipeToMeasurement, recipeToStep } from '../../recipe/recipe-to-step.js';
import type { RecipeOptions } from '../../recipe/target-recipe.js';
import { adopt, put, temporaryDirectory, temporaryStore } from '../../store/testing/temporary-store.js';
import { testBench } from '../../steps/testing/effects.js';
import { playedQuantize } from './played-quantize.js';

/** Files of a workspace by path; objects are JSON. */
export type Files = Readonly<Record<string, object | string>>;

/** What a target comes to: its action, how it is done, what the user is told, or why it fails. */
export interface Outcome {
  action?: unknown;
  settings?: unknown;
  /** Actions of the helper steps that it took. */
  performed: unknown[];
  told: string[];
  error?: string;
}

const tensors = [
  { name: 'token_embd.weight', shape: [256, 512] },
  ...[0, 1].flatMap((block) => [
    { name: `blk.${block}.attn_norm.weight`, shape: [256] },
    { name: `blk.${block}.attn_v.weight`, shape: [256, 256] },
    { name: `blk.${block}.attn_output.weight`, shape: [256, 256] },
    { name: `blk.${block}.ffn_down.weight`, shape: [160, 256] },
  ]),
];
const header = tinyGguf({
  metadata: [
    ['general.architecture', 'string', 'qwen35'],
    ['general.name', 'string', 'M'],
    ['qwen35.context_length', 'uint32', 64],
  ],
  tensors: tensors.map(({ name, shape }) => ({ name, shape, type: 'bf16' as const })),
});

/** A matrix without data for one tensor. */
const matrixEntries = tensors
  .filter(({ name, shape }) => shape.length > 1 && name !== 'blk.1.attn_output.weight')
  .map(({ name, shape: [values = 0] }) => ({ name, values, invalid: 0, zeros: [], blank: [] }));

const projects = Object.fromEntries(
  ['m', 'texts', 'more', 'llama-cpp', 'other'].map((name) => [name, { root: name }]),
);

/** Resolves a target over files in a temporary workspace, with made-up manifests of what it builds on. */
export async function outcomeOf(
  ref: TargetRef,
  files: Files,
  {
    env = {},
    options = {},
    runs = false,
  }: {
    env?: Record<string, string>;
    options?: RecipeOptions;
    /** The step is run too, where the store has a file `hello`. */
    runs?: boolean;
  } = {},
): Promise<Outcome> {
  const root = temporaryDirectory();
  for (const [path, content] of Object.entries(files))
    put(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  const told: string[] = [];
  const performed: unknown[] = [];
  const ports = memoryPorts(root, { env, told, performed });
  await adopt(ports.environment.store, 'hello');
  try {
    if (ref.kind !== 'kld') {
      const { step, toolchain } = await recipeToStep(ref, ports, options);
      const action = { ...step.action, toolchain: [toolchain, step.action.toolchain] };
      return {
        action,
        performed,
        told,
        ...(runs ? { settings: (await step.run(testBench())).referred } : {}),
      };
    }
    const { step, settings, toolchain } = await recipeToMeasurement(ref, ports, options);
    const { base, baseLimitBytes, shareBase, parallel } = settings;
    return {
      action: [toolchain, step.action],
      settings: { base, baseLimitBytes, shareBase, parallel },
      performed,
      told,
    };
  } catch (error) {
    if (!isGgufError(error)) throw error;
    // Where the workspace is differs from call to call.
    return { performed, told, error: `${error.code}: ${error.message.replaceAll(root, '')}` };
  }
}

function memoryPorts(
  root: string,
  { env, told, performed }: { env: Record<string, string>; told: string[]; performed: unknown[] },
): RecipePorts {
  const store = temporaryStore();
  const manifest = (name: string, changes: Partial<Manifest>): Manifest => ({
    format: 1,
    step: name.split(':')[1] ?? '',
    actionKey: sha256(name),
    files: [],
    facts: {},
    provenance: { inputs: [], toolchain: null, commands: [] },
    ...changes,
  });
  const file = (name: string) => ({ name, sha256: sha256(name), sizeBytes: 10 });
  const filesOf = ({ project, kind, variant = '' }: TargetRef) => {
    if (project !== 'm') return [file(`${project}/a.txt`), file(`${project}/b.txt`)];
    if (kind === 'imatrix') return [file('imatrix.gguf')];
    return [file(kind === 'convert' ? 'M-BF16.gguf' : `${kind}-${variant}.gguf`)];
  };
  return {
    environment: {
      workspace: { root, projects },
      store,
      env: { HOME: root, ...env },
      signal: undefined,
      report: (event: WorkEvent) => {
        // Where the workspace is differs from call to call.
        if (event.type !== 'progress') told.push(event.message.replaceAll(root, ''));
      },
    },
    transfer: { attempts: 1, backoffMs: 1 },
    upstream: (ref) =>
      Promise.resolve(
        manifest(targetName(ref), {
          files: filesOf(ref),
        }),
      ),
    toolchain: (project) => ({
      identity: (part) =>
        Promise.resolve({ project, part, kind: 'built', cmake: { GGML_METAL: 'OFF' } } as Json),
    }),
    resolve: (wanted) => Promise.reject(new Error(`nothing resolves ${wanted.name}`)),
    perform: async (step) => {
      const { action } = step;
      performed.push(action);
      const made = (changes: Partial<Manifest>) => manifest(`m:${action.step}`, changes);
      if (action.inputs.some(({ role }) => role === 'pinned')) {
        const outcome = await step.run(testBench());
        return made({ files: [file('00001.header')], facts: outcome.facts });
      }
      if (action.step === 'gguf-header')
        return made({
          files: [file('00001.header')],
          facts: {
            sizesBytes: [header.length],
            contents: await parseHeader(header),
            from: action.inputs,
          },
        });
      if (action.step === 'imatrix-contents') return made({ facts: { entries: matrixEntries, refused: [] } });
      if (action.step === 'fetch')
        return made({ files: [...((await step.run(testBench())).referred ?? [])] });
      const bench = testBench({ runTool: playedQuantize(tensors) });
      const { facts } = await step.run({
        ...bench,
        input: (_, as) => {
          writeFileSync(join(bench.directory, as), header);
          return Promise.resolve();
        },
      });
      return made({ facts });
    },
  };
}
