import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Json } from '../../src/core/json/canonical-json.js';
import { digestOf } from '../../src/core/digest.js';
import type { RealTools } from './real-tools.js';

const toolNames = ['llama-quantize', 'llama-imatrix', 'llama-perplexity', 'llama-bench', 'llama-gguf-split'];
const record = 'nx-gguf.json';

/** Where a workspace has its toolchains, for `NX_GGUF_TOOLCHAINS`. */
export function shimToolchains(root: string): string {
  return join(root, 'shims/toolchains');
}

/**
 * The toolchain of the repository, with small scripts in place of the tools: each notes its name and becomes
 * the real one, so processes are counted, not log lines.
 */
export function writeShims(root: string, tools: RealTools): void {
  const bin = join(root, 'shims/bin');
  const toolchains = shimToolchains(root);
  const realPython = dirname(dirname(tools.python));
  const python = join(toolchains, basename(realPython));
  for (const directory of [bin, join(python, 'bin')]) mkdirSync(directory, { recursive: true });
  for (const tool of toolNames) {
    const attended = readdirSync(tools.bin).find((name) => name.startsWith(`${tool}-attended-`));
    // To ask llama-quantize what it would do, or to load a model, is no work on weights: both are counted under
    // names of their own.
    const note = `case " $* " in *' --dry-run '*) echo ${tool} --dry-run;; *' --no-warmup '*) echo ${tool} --no-warmup;; *) echo ${tool};; esac >> "$LC_E2E_LOG"`;
    writeShim(join(bin, tool), note, join(tools.bin, attended ?? tool));
    if (attended !== undefined) writeFileSync(join(bin, `${attended}.impossible`), '');
  }
  writeShim(
    join(python, 'bin/python'),
    'case "$1" in *convert_hf_to_gguf.py) echo convert >> "$LC_E2E_LOG";; esac',
    tools.python,
  );
  copyFileSync(join(tools.bin, record), join(bin, record));
  copyFileSync(join(realPython, record), join(python, record));
  symlinkSync('../bin', join(toolchains, basename(tools.bin)));
  symlinkSync(tools.source, join(toolchains, basename(tools.source)));
}

/** Makes the tools of a workspace the ones of another build, with more options for CMake. */
export function useOtherBuild(root: string, cmakeOptions: Readonly<Record<string, string>>): void {
  const { identity } = JSON.parse(readFileSync(join(root, 'shims/bin', record), 'utf8')) as {
    identity: { readonly cmake: Readonly<Record<string, string>> } & Readonly<Record<string, Json>>;
  };
  const other = { ...identity, cmake: { ...identity.cmake, ...cmakeOptions } };
  const directory = join(shimToolchains(root), `build-${digestOf(other).slice(0, 16)}`);
  cpSync(join(root, 'shims/bin'), directory, { recursive: true });
  writeFileSync(join(directory, record), JSON.stringify({ identity: other }));
  const path = join(root, 'tools/llama-cpp/toolchain.json');
  const toolchain = JSON.parse(readFileSync(path, 'utf8')) as { build: object };
  writeFileSync(path, JSON.stringify({ ...toolchain, build: { ...toolchain.build, cmakeOptions } }));
}

/** Makes the tools of a workspace a directory of binaries that somebody else has built. */
export function useReadyBinaries(root: string, tools: RealTools): void {
  const python = join(shimToolchains(root), basename(dirname(dirname(tools.python))), 'bin/python');
  writeFileSync(
    join(root, 'tools/llama-cpp/toolchain.json'),
    JSON.stringify({
      source: { type: 'binaries', path: '../../shims/bin', sourcePath: tools.source },
      python: { interpreter: python },
    }),
  );
}

/** A script that notes its name, and becomes the real program. */
function writeShim(path: string, note: string, real: string): void {
  writeFileSync(path, `#!/bin/sh\n${note}\nexec '${real}' "$@"\n`);
  chmodSync(path, 0o755);
}
