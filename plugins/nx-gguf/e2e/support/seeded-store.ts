import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './processes.js';
import { shrinkModel } from './small-model.js';
import type { RealTools } from './real-tools.js';
import { createWorkspace, type TestWorkspace, type WorkspaceOptions } from './workspace.js';

const limitMs = 600_000;

/**
 * A workspace with the small model, on a store that has every result of its recipe. The results are made once
 * in a run of Jest, by the first suite that asks. They are copied, not linked: suites damage files of their
 * store in place.
 */
export async function createSeededWorkspace(root: string, options: WorkspaceOptions): Promise<TestWorkspace> {
  const seed = await seededStore(options.tools);
  const workspace = await createWorkspace(root, options);
  shrinkModel(workspace);
  // Blobs are known by their times, which node:fs copies less exactly.
  execFileSync('cp', ['-a', seed, options.store]);
  return workspace;
}

async function seededStore(tools: RealTools): Promise<string> {
  const directory = process.env['NX_GGUF_E2E_SEEDED'] ?? '';
  const store = join(directory, 'store');
  const outcome = join(directory, 'outcome');
  if (isFirst(directory)) {
    const failure = await makeResults(join(directory, 'workspace'), { store, tools });
    writeFileSync(outcome, failure);
  }
  await until(() => (existsSync(outcome) ? true : undefined), limitMs);
  const failure = readFileSync(outcome, 'utf8');
  if (failure !== '') throw new Error(failure);
  return store;
}

/** True for one of all processes that ask. */
function isFirst(directory: string): boolean {
  try {
    mkdirSync(directory);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Why it failed; empty when it did not. */
async function makeResults(root: string, options: { store: string; tools: RealTools }): Promise<string> {
  try {
    const workspace = await createWorkspace(root, options);
    shrinkModel(workspace);
    const { exitCode, output } = await workspace.run(['run', 'tiny-qwen35:card']);
    rmSync(root, { recursive: true });
    return exitCode === 0 ? '' : output;
  } catch (error) {
    return String(error);
  }
}
