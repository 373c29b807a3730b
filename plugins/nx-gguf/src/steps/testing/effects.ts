import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GgufError } from '../../core/errors.js';
import type { WorkEvent } from '../../core/events.js';
import { noRemotes } from '../../remote/create-remotes.js';
import { findBlob } from '../../store/blobs.js';
import { temporaryDirectory, temporaryStore } from '../../store/testing/temporary-store.js';
import { toolFailed, type RunTool, type ToolRun } from '../../toolchain/run-tool.js';
import type { Effects } from '../run-cached.js';
import type { StepTools, Workbench } from '../step.js';

/** The behaviour of a simulated tool: its output, its end, and its effect on the disk. */
export interface PlayedTool {
  output?: string | readonly string[];
  exitCode?: number;
  act?: (run: ToolRun) => void;
}

/**
 * A port that plays tools one after the other (the last one again and again) and keeps to the contract of the
 * real one.
 */
export function playTools(...plays: readonly PlayedTool[]): { runTool: RunTool; ran: ToolRun[] } {
  const ran: ToolRun[] = [];
  return {
    ran,
    runTool: async (run) => {
      const { output = '', exitCode = 0, act } = plays[Math.min(ran.length, plays.length - 1)] ?? {};
      ran.push(run);
      const pieces = typeof output === 'string' ? [output] : output;
      for (const piece of pieces) run.onOutput?.(piece, 'stderr');
      act?.(run);
      const ended = { exitCode, ending: `ended with exit code ${exitCode}`, output: pieces.join('') };
      if (exitCode !== 0 && run.mayFail !== true) throw toolFailed('the tool', ended);
      return await Promise.resolve(ended);
    },
  };
}

/** Tools under made-up paths. */
const namedTools: StepTools = {
  llama: (tool) => Promise.resolve(`/tools/${tool}`),
  python: () => Promise.resolve('/tools/python'),
  source: () => Promise.resolve('/tools/source'),
};

/** A workbench in a temporary directory; inputs are links that lead nowhere. */
export function testBench(changes: Partial<Workbench> = {}): Workbench & { told: WorkEvent[] } {
  const directory = temporaryDirectory();
  const told: WorkEvent[] = [];
  return {
    directory,
    told,
    store: temporaryStore(),
    tools: namedTools,
    runTool: playTools().runTool,
    report: (event) => told.push(event),
    input: (file, as) => {
      mkdirSync(dirname(join(directory, as)), { recursive: true });
      symlinkSync(`/blobs/${file.sha256}`, join(directory, as));
      return Promise.resolve();
    },
    checkInputs: () => Promise.resolve(),
    refer: () => Promise.reject(new Error('nothing is referred to here')),
    threads: undefined,
    signal: undefined,
    ...changes,
  };
}

/** What running steps needs, over a temporary store; inputs are found in the store or not at all. */
export function testEffects(changes: Partial<Effects> = {}): Effects & { told: WorkEvent[] } {
  const store = changes.store ?? temporaryStore();
  const told: WorkEvent[] = [];
  return {
    store,
    told,
    tools: namedTools,
    remotes: noRemotes(store),
    runTool: playTools().runTool,
    report: (event) => told.push(event),
    resolve: async (file) => {
      const path = await findBlob(store, file);
      if (path === null) throw new GgufError('BLOB_MISSING', file.name);
      return path;
    },
    threads: undefined,
    signal: undefined,
    ...changes,
  };
}
