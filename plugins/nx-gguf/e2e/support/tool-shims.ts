import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RealTools } from './real-tools.js';

const toolNames = ['llama-quantize', 'llama-imatrix', 'llama-perplexity', 'llama-bench', 'llama-gguf-split'];

/**
 * Small scripts in place of the tools: each notes its name and becomes the real one, so processes are
 * counted, not log lines. They are the same in every workspace.
 */
export function writeShims(root: string, tools: RealTools): void {
  const shims = join(root, 'shims');
  mkdirSync(join(shims, 'bin'), { recursive: true });
  const shim = (path: string, name: string, real: string) => {
    // Asking llama-quantize what it would do is no work on weights: it is counted under a name of its own.
    writeFileSync(
      path,
      `#!/bin/sh\ncase " $* " in *' --dry-run '*) echo ${name} --dry-run;; *) echo ${name};; esac >> "$NX_GGUF_E2E_LOG"\nexec '${real}' "$@"\n`,
    );
    chmodSync(path, 0o755);
  };
  for (const tool of toolNames) {
    const attended = readdirSync(tools.bin).find((name) => name.startsWith(`${tool}-attended-`));
    shim(join(shims, 'bin', tool), tool, join(tools.bin, attended ?? tool));
  }
  writeFileSync(
    join(shims, 'python'),
    `#!/bin/sh\ncase "$1" in *convert_hf_to_gguf.py) echo convert >> "$NX_GGUF_E2E_LOG";; esac\nexec '${tools.python}' "$@"\n`,
  );
  chmodSync(join(shims, 'python'), 0o755);
  writeFileSync(
    join(root, 'tools/llama-cpp/toolchain.json'),
    `${JSON.stringify({ source: { type: 'binaries', path: '../../shims/bin', sourcePath: tools.source }, python: { interpreter: '../../shims/python' } }, null, 2)}\n`,
  );
}
