import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { GgufError } from '../core/errors.js';
import { freeBytes } from '../files/free-space.js';
import { compilerCandidates } from './llama-cpp/compiler.js';
import { output, type ToolchainContext } from './context.js';
import { both, commandCheck, finding, type Check } from './prerequisite.js';
import { textTable } from '../report/text-table.js';

const diskBytes = 10 * 2 ** 30;

/** A part of the toolchain that is made on this machine. */
export type MadePart = 'source' | 'build' | 'python';

/** Looks for everything the toolchain needs on this machine. */
export async function diagnose(context: ToolchainContext): Promise<Check[]> {
  const builds = context.config.source.type !== 'binaries';
  return [
    finding(
      'node',
      { required: '>= 20.19', oldest: [20, 19], install: both('install Node 22', 'brew install node') },
      process.versions.node,
    ),
    ...(await partChecks(context, 'source')),
    ...(await partChecks(context, 'build')),
    ...(await partChecks(context, 'python')),
    ...(builds ? [await diskCheck(context)] : []),
  ];
}

/**
 * Looks for what making parts of the toolchain needs, before anything is fetched for them.
 * @throws GgufError `PREREQUISITE_MISSING` that lists everything with its install lines
 */
export async function requirePrerequisites(
  context: ToolchainContext,
  parts: Iterable<MadePart>,
): Promise<void> {
  const checks: Check[] = [];
  for (const part of new Set(parts)) checks.push(...(await partChecks(context, part)));
  requireHealthy(checks);
}

async function partChecks(context: ToolchainContext, part: MadePart): Promise<Check[]> {
  const { source, python } = context.config;
  switch (part) {
    case 'source':
      return [await gitCheck(context), ...(source.type === 'npm' ? [await npmCheck(context)] : [])];
    case 'build':
      return source.type === 'binaries' ? [] : buildChecks(context);
    case 'python':
      return python?.interpreter === undefined ? pythonChecks(context) : [];
  }
}

function gitCheck(context: ToolchainContext): Promise<Check> {
  return commandCheck(context, ['git', '--version'], {
    name: 'git',
    required: '>= 2.25',
    oldest: [2, 25],
    install: both('apt-get install git', 'xcode-select --install'),
  });
}

function npmCheck(context: ToolchainContext): Promise<Check> {
  return commandCheck(context, ['npm', '--version'], {
    name: 'npm',
    required: 'brings the package with the source',
    install: both('apt-get install npm', 'brew install node'),
  });
}

async function buildChecks(context: ToolchainContext): Promise<Check[]> {
  const ninja = await commandCheck(context, ['ninja', '--version'], {
    name: 'ninja',
    required: 'optional, faster than make',
    optional: true,
    install: both('apt-get install ninja-build', 'brew install ninja'),
  });
  const make = await commandCheck(context, ['make', '--version'], {
    name: 'make',
    required: 'where ninja is not installed',
    optional: ninja.ok,
    install: both('apt-get install ninja-build', 'brew install ninja'),
  });
  return [
    await commandCheck(context, ['cmake', '--version'], {
      name: 'cmake',
      required: '>= 3.14',
      oldest: [3, 14],
      install: both('apt-get install cmake', 'brew install cmake'),
    }),
    ninja,
    ...(ninja.ok ? [] : [make]),
    await compilerCheck(context),
    ...(await backendChecks(context)),
  ];
}

async function pythonChecks(context: ToolchainContext): Promise<Check[]> {
  const uv = await commandCheck(context, ['uv', '--version'], {
    name: 'uv',
    required: 'optional, faster than pip',
    optional: true,
    install: both('pipx install uv', 'brew install uv'),
  });
  return [await pythonCheck(context, { withVenv: !uv.ok }), uv];
}

/** The checks as a table, with how to install what is missing. */
export function formatDiagnosis(checks: readonly Check[]): string {
  const rows = checks.map(({ name, required, found, ok, optional }) => [
    ok ? 'ok' : optional ? 'none' : 'MISSING',
    name,
    required,
    found ?? 'not found',
  ]);
  return textTable([['', 'what', 'needed', 'found'], ...rows]);
}

/**
 * Throws when something that is needed is missing.
 * @throws GgufError `PREREQUISITE_MISSING` that lists everything with its install lines.
 */
export function requireHealthy(checks: readonly Check[]): void {
  const missing = checks.filter(({ ok, optional }) => !ok && !optional);
  if (missing.length === 0) return;
  throw new GgufError(
    'PREREQUISITE_MISSING',
    missing
      .map(({ name, required, found }) => `${name} ${required} is needed; found: ${found ?? 'none'}`)
      .join('\n'),
    {
      hint: [
        'install what is missing:',
        ...missing.map(
          ({ name, install }) =>
            `    ${name}\n      Debian/Ubuntu: ${install.debian}\n      macOS:         ${install.macos}`,
        ),
      ].join('\n'),
    },
  );
}

async function compilerCheck(context: ToolchainContext): Promise<Check> {
  const scratch = await mkdtemp(join(tmpdir(), 'nx-gguf-'));
  try {
    await writeFile(
      join(scratch, 'a.cpp'),
      '#include <filesystem>\n#include <optional>\nint main() { std::optional<int> a = 1; return std::filesystem::exists(".") ? *a - 1 : 1; }\n',
    );
    let text: string | null = null;
    for (const compiler of compilerCandidates(context.env['CXX']))
      text ??= await output(context, [compiler, '-std=c++17', 'a.cpp', '-o', 'a'], {
        cwd: scratch,
        kind: 'build',
      }).then(
        () => output(context, [compiler, '--version'], { cwd: scratch, kind: 'build' }),
        () => null,
      );
    return finding(
      'C++17 compiler',
      {
        required: 'compiles <filesystem>',
        install: both('apt-get install build-essential', 'xcode-select --install'),
      },
      text?.split('\n')[0] ?? null,
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Python, with what makes an environment where uv does not do that. */
async function pythonCheck(context: ToolchainContext, { withVenv }: { withVenv: boolean }): Promise<Check> {
  const chosen = context.env['PYTHON'];
  const spec = {
    required: '>= 3.10',
    oldest: [3, 10],
    install: both('apt-get install python3 python3-venv', 'brew install python@3.12'),
  };
  let check = finding(withVenv ? 'python with venv' : 'python', spec, null);
  // The first that is new enough, as the environment is made with it; else the first that there is.
  for (const python of chosen === undefined || chosen === '' ? ['python3', 'python'] : [chosen]) {
    const text = await output(
      context,
      [python, '-c', `import sys${withVenv ? ', venv, ensurepip' : ''}; print(sys.version.split()[0])`],
      { cwd: context.configDir, kind: 'python' },
    ).catch(() => null);
    const found = finding(check.name, spec, text?.trim() ?? null);
    if (found.ok) return found;
    if (check.found === null) check = found;
  }
  return check;
}

async function diskCheck({ root }: ToolchainContext): Promise<Check> {
  const free = (await freeBytes(root)) ?? (await freeBytes(join(root, '..'))) ?? diskBytes;
  const elsewhere = 'put the store elsewhere with NX_GGUF_STORE';
  const spec = {
    required: `${prettyBytes(diskBytes, { binary: true })} before the first build`,
    optional: true,
    install: both(elsewhere, elsewhere),
  };
  return {
    ...finding('disk space for the toolchain', spec, `${prettyBytes(free, { binary: true })} free`),
    ok: free >= diskBytes,
  };
}

async function backendChecks(context: ToolchainContext): Promise<Check[]> {
  switch (context.config.build?.backend ?? 'cpu') {
    case 'cuda':
      return [
        await commandCheck(context, ['nvcc', '--version'], {
          name: 'CUDA compiler',
          required: 'backend cuda',
          install: both('apt-get install nvidia-cuda-toolkit', 'not available'),
        }),
      ];
    case 'vulkan':
      return [
        await commandCheck(context, ['glslc', '--version'], {
          name: 'GLSL compiler',
          required: 'backend vulkan',
          install: both('apt-get install glslc libvulkan-dev', 'brew install shaderc vulkan-headers'),
        }),
      ];
    case 'hip':
      return [
        await commandCheck(context, ['hipcc', '--version'], {
          name: 'HIP compiler',
          required: 'backend hip',
          install: both('install ROCm', 'not available'),
        }),
      ];
    case 'metal':
      return [
        finding(
          'macOS',
          { required: 'backend metal', install: both('not available', 'xcode-select --install') },
          context.host.platform === 'darwin' ? 'macOS' : null,
        ),
      ];
    default:
      return [];
  }
}
