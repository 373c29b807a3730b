// Where the toolchain of this workspace is, for benchmarks.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Directory of the store. */
export const storeRoot =
  process.env.NX_GGUF_STORE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'nx-gguf');

/** Directories of the built tools and of llama.cpp's source. */
export function toolchain(plugin) {
  const place = process.env.NX_GGUF_TOOLCHAINS ?? join(storeRoot, 'toolchains');
  const find = (part, file) => {
    const built = readdirSync(place)
      .filter((name) => name.startsWith(`${part}-`))
      .map((name) => join(place, name))
      .filter((path) => existsSync(join(path, file)));
    // The last one that was built is the one that this workspace declares.
    const [found] = built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
    if (found === undefined)
      throw new Error(`no ${part} of llama.cpp in ${place}: run \`npx nx run llama-cpp:${part}\` first`);
    return found;
  };
  if (!existsSync(join(plugin, 'steps/run-cached.js')))
    throw new Error('build the plugin first: npm run build');
  return { bin: find('build', 'llama-quantize'), source: find('source', 'models/ggml-vocab-qwen2.gguf') };
}
