import { GgufError } from '../../core/errors.js';
import { output, type ToolchainContext } from '../context.js';

/**
 * The compiler that CMake will take: `CXX`, else the first of c++, g++ and clang++. Its name and version,
 * e.g. `g++ 12.2.0`.
 */
export async function compilerIdentity(context: ToolchainContext): Promise<{ compiler: string }> {
  for (const command of compilerCandidates(context.env['CXX'])) {
    const text = await output(context, [command, '--version'], {
      cwd: context.configDir,
      kind: 'build',
      env: { LC_ALL: 'C' },
    }).catch(() => null);
    if (text !== null) return { compiler: compilerName(text) };
  }
  throw new GgufError('PREREQUISITE_MISSING', 'no C++ compiler was found', {
    hint: 'Debian/Ubuntu: apt-get install build-essential. macOS: xcode-select --install',
  });
}

/** Family and version out of what a compiler prints for `--version`. */
export function compilerName(text: string): string {
  const line = text.split('\n')[0] ?? '';
  const version = /(\d+\.\d+(?:\.\d+)?)/.exec(line.replace(/\([^)]*\)/g, ''))?.[1] ?? 'unknown';
  const family = /apple/i.test(line)
    ? 'AppleClang'
    : /clang/i.test(line)
      ? 'Clang'
      : /g\+\+|gcc|Free Software Foundation/i.test(text)
        ? 'GNU'
        : line.trim();
  return `${family} ${version}`;
}

/** The compilers that are looked for, in order. */
export function compilerCandidates(chosen: string | undefined): string[] {
  return chosen === undefined || chosen === '' ? ['c++', 'g++', 'clang++'] : [chosen];
}
