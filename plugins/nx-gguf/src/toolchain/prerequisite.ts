import { output, type ToolchainContext } from './context.js';

/** One thing that building or running the toolchain needs. */
export interface Check {
  name: string;
  required: string;
  /** What is there, or null. */
  found: string | null;
  ok: boolean;
  /** Missing it is no error. */
  optional: boolean;
  install: { debian: string; macos: string };
}

/** What is asked of a finding. */
interface CheckSpec {
  required: string;
  oldest?: readonly number[];
  optional?: boolean;
  install: Check['install'];
}

/** Whether a program is there, by the version that it prints. */
export async function commandCheck(
  context: ToolchainContext,
  argv: readonly [string, ...string[]],
  spec: CheckSpec & { name: string },
): Promise<Check> {
  const text = await output(context, argv, { cwd: context.configDir }).catch(() => null);
  return finding(
    spec.name,
    spec,
    text === null ? null : (/\d+(?:\.\d+)+/.exec(text)?.[0] ?? text.split('\n')[0] ?? ''),
  );
}

/** What was found, and whether it is new enough. */
export function finding(
  name: string,
  { required, oldest = [], optional = false, install }: CheckSpec,
  found: string | null,
): Check {
  return { name, required, found, ok: found !== null && atLeast(found, oldest), optional, install };
}

/** How something is installed on Debian and its kin, and on macOS. */
export function both(debian: string, macos: string): Check['install'] {
  return { debian, macos };
}

function atLeast(version: string, oldest: readonly number[]): boolean {
  const parts = (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
  for (const [index, wanted] of oldest.entries()) {
    const actual = parts[index] ?? 0;
    if (actual !== wanted) return actual > wanted;
  }
  return true;
}
