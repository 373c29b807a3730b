import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkEvent } from '../../core/events.js';
import type { Toolchain } from '../../core/generated/toolchain.generated.js';
import type { ToolchainContext } from '../context.js';
import { runTool, type ToolRun } from '../run-tool.js';

/** A context over real processes in a temporary directory, with a record of what ran and what was told. */
export async function testContext(
  config: Toolchain,
  changes: Partial<ToolchainContext> = {},
): Promise<ToolchainContext & { ran: ToolRun[]; told: WorkEvent[] }> {
  const configDir = await realpath(await mkdtemp(join(tmpdir(), 'nx-gguf-toolchain-')));
  const ran: ToolRun[] = [];
  const told: WorkEvent[] = [];
  return {
    config,
    configDir,
    ran,
    told,
    root: join(configDir, 'toolchains'),
    runTool: (run) => {
      ran.push(run);
      return runTool(run);
    },
    env: {},
    host: { platform: process.platform, arch: process.arch, cpuModel: 'Test CPU', cores: 2 },
    report: (event) => told.push(event),
    ...changes,
  };
}
