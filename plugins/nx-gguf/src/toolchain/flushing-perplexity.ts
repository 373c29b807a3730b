import { access, constants, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { output, type ToolchainContext } from './context.js';

const name = 'llama-perplexity-flushing';

/**
 * llama-perplexity ends without waiting for its log thread (common/log.cpp leaks it on purpose), so on a busy machine the
 * statistics it computed for hours are sometimes never printed. This main differs from tools/perplexity/main.cpp by
 * one call, and links the same unmodified libraries.
 */
const source = `struct common_log;
common_log * common_log_main();
void common_log_flush(common_log * log);
int llama_perplexity(int argc, char ** argv);

int main(int argc, char ** argv) {
    const int result = llama_perplexity(argc, argv);
    common_log_flush(common_log_main());
    return result;
}
`;

/** Builds the main that flushes, beside the libraries. A version of llama.cpp that lacks what it needs goes without. */
export async function buildFlushingPerplexity(context: ToolchainContext, directory: string): Promise<void> {
  const file = join(directory, `${name}.cpp`);
  await writeFile(file, source);
  const origin = context.host.platform === 'darwin' ? '@loader_path' : '$ORIGIN';
  const argv = [compilerOf(context), '-std=c++17', '-O1', `${name}.cpp`, '-o', name, '-L.', '-lllama-perplexity-impl', '-lllama-common', '-lllama', '-lggml', '-lggml-base', `-Wl,-rpath,${origin}`] as const;
  try {
    await output(context, [...argv], { cwd: directory });
  } catch {
    await rm(join(directory, name), { force: true });
    context.report({ type: 'warning', message: 'this version of llama.cpp cannot be made to flush its log; a measurement whose results get lost is repeated' });
  } finally {
    await rm(file, { force: true });
  }
}

/** The main that flushes, or null where there is none. */
export async function flushingPerplexity(directory: string): Promise<string | null> {
  const path = join(directory, name);
  return access(path, constants.X_OK).then(() => path, () => null);
}

function compilerOf({ env }: ToolchainContext): string {
  const chosen = env['CXX'];
  return chosen === undefined || chosen === '' ? 'c++' : chosen;
}
