import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { leftovers } from './support/leftovers.js';
import { killParents, pause, until } from './support/processes.js';
import { createSeededWorkspace } from './support/seeded-store.js';
import { editModel, shrinkModel } from './support/small-model.js';
import { realTools } from './support/real-tools.js';
import { createWorkspace, scratchDirectory, type TestWorkspace } from './support/workspace.js';

const scratch = scratchDirectory();
const targets = ['fetch', 'convert', 'imatrix', 'quantize/Q6_K', 'kld/Q6_K'];
const wanted = ['run', 'tiny-qwen35:kld:Q6_K'];
const store = (name: string): string => join(scratch, `store-${name}`);
let undisturbed: string[];

/** Longer than the seeded store has it, so that there is time to interrupt it. */
function lengthenMeasurement(workspace: TestWorkspace): void {
  editModel(workspace, ({ evaluation }) => Object.assign(evaluation, { chunks: 32 }));
}

async function workspaceNamed(name: string): Promise<TestWorkspace> {
  const workspace = await createWorkspace(join(scratch, name), {
    store: store(name),
    tools: realTools(),
    isolatesPlugins: true,
  });
  shrinkModel(workspace);
  lengthenMeasurement(workspace);
  return workspace;
}

function manifests({ root }: TestWorkspace): string[] {
  return targets.map((target) =>
    readFileSync(join(root, 'dist/tiny-qwen35', target, 'artifact.json'), 'utf8'),
  );
}

/** A workspace on a store that has everything but the measurement. */
async function seededWorkspaceNamed(name: string): Promise<TestWorkspace> {
  const workspace = await createSeededWorkspace(join(scratch, name), {
    store: store(name),
    tools: realTools(),
    isolatesPlugins: true,
  });
  lengthenMeasurement(workspace);
  return workspace;
}

/**
 * Runs until a tool has started and a moment has passed, then hands the process group to `stop`; what Nx
 * printed.
 */
async function interrupted(
  workspace: TestWorkspace,
  { tool, afterMs, stop }: { tool: string; afterMs: number; stop: (group: number) => void },
): Promise<{ exitCode: number; output: string }> {
  workspace.processes();
  let over = false;
  let watching: Promise<void> = Promise.resolve();
  const watch = async (group: number): Promise<void> => {
    while (!over && !workspace.started().includes(tool)) await pause(10);
    await pause(afterMs);
    if (!over) stop(group);
  };
  const run = await workspace.run(wanted, {
    onStart: (pid) => {
      watching = watch(pid);
    },
  });
  over = true;
  await watching;
  return run;
}

const killAll = (group: number): void => {
  process.kill(-group, 'SIGKILL');
};

beforeAll(async () => {
  const workspace = await createSeededWorkspace(join(scratch, 'undisturbed'), {
    store: store('undisturbed'),
    tools: realTools(),
  });
  lengthenMeasurement(workspace);
  const { exitCode, output } = await workspace.run(wanted);
  if (exitCode !== 0) throw new Error(output);
  undisturbed = manifests(workspace);
}, 600_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('kill -9', () => {
  it('during each step, then run again: the right result, nothing left behind, and no finished step done twice', async () => {
    const workspace = await workspaceNamed('killed');
    const kills = [
      { tool: 'make-checkpoint.mjs', afterMs: 300, stop: killAll },
      { tool: 'convert', afterMs: 100, stop: killAll },
      { tool: 'convert', afterMs: 2500, stop: killAll },
      { tool: 'convert', afterMs: 1000, stop: killParents },
      { tool: 'llama-imatrix', afterMs: 200, stop: killAll },
      { tool: 'llama-quantize', afterMs: 30, stop: killAll },
      { tool: 'llama-quantize', afterMs: 300, stop: killParents },
      { tool: 'llama-perplexity', afterMs: 100, stop: killAll },
      { tool: 'llama-perplexity', afterMs: 700, stop: killParents },
    ];
    for (const kill of kills) expect(await interrupted(workspace, kill)).not.toMatchObject({ exitCode: 0 });
    workspace.processes();
    const { exitCode, output } = await workspace.run(wanted);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    expect(manifests(workspace)).toEqual(undisturbed);
    expect(leftovers(store('killed'), join(workspace.root, 'dist'))).toEqual([]);
    expect(workspace.processes()).not.toContain('convert');
  }, 900_000);
});

describe('Ctrl-C', () => {
  it.each([
    { tool: 'convert', afterMs: 1500, create: workspaceNamed },
    { tool: 'llama-perplexity', afterMs: 200, create: seededWorkspaceNamed },
  ])(
    'during $tool: the tool ends, nothing is left behind, and the next run goes on',
    async ({ tool, afterMs, create }) => {
      const workspace = await create(`stopped-${tool}`);
      const { exitCode } = await interrupted(workspace, {
        tool,
        afterMs,
        stop: (group) => {
          process.kill(-group, 'SIGINT');
        },
      });
      expect(exitCode).not.toBe(0);
      await until(() => (leftovers(store(`stopped-${tool}`)).length === 0 ? true : undefined), 20_000);
      expect(leftovers(store(`stopped-${tool}`), join(workspace.root, 'dist'))).toEqual([]);
      expect(
        execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' })
          .split('\n')
          .filter((line) => line.includes(store(`stopped-${tool}`))),
      ).toEqual([]);
      const again = await workspace.run(wanted);
      expect(again).toMatchObject({ exitCode: 0 });
      expect(manifests(workspace)).toEqual(undisturbed);
    },
    600_000,
  );
});
