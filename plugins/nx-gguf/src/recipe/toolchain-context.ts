import { cpus } from 'node:os';
import type { ToolchainContext } from '../toolchain/context.js';
import { machineShare } from '../toolchain/machine-share.js';
import { runTool } from '../toolchain/run-tool.js';
import { projectDirectory, readConfig } from '../workspace/workspace.js';
import type { RecipeEnvironment } from './ports.js';

/** The context of a toolchain project; `NX_GGUF_TOOLCHAINS` moves the built toolchains out of the store. */
export async function toolchainContext(
  project: string,
  { workspace, store, env, report, signal }: RecipeEnvironment,
): Promise<ToolchainContext> {
  const config = await readConfig(workspace, 'toolchain', project);
  const elsewhere = env['NX_GGUF_TOOLCHAINS'];
  return {
    config,
    configDir: projectDirectory(workspace, project, project),
    root: elsewhere === undefined || elsewhere === '' ? store.toolchains : elsewhere,
    runTool,
    env,
    host: {
      platform: process.platform,
      arch: process.arch,
      cpuModel: cpus()[0]?.model ?? 'unknown',
      cores: machineShare().threads,
    },
    report,
    ...(signal === undefined ? {} : { signal }),
  };
}
