import { randomBytes } from 'node:crypto';
import { access, constants, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isGgufError } from '../core/errors.js';
import { output, type ToolchainContext } from './context.js';

/** The number goes up with the source below: what an older nx-gguf built stays where it is. */
const name = 'llama-perplexity-attended-1';
const impossible = `${name}.impossible`;

/** Names the process that started the tool, which is to end with it. */
export const parentVariable = 'NX_GGUF_PARENT';

/**
 * llama-perplexity ends without waiting for its log thread (common/log.cpp leaks it on purpose), so on a busy
 * machine the statistics it computed for hours are sometimes never printed. And when its parent is killed, it
 * may wait for the other end of a FIFO for ever. This main differs from tools/perplexity/main.cpp by two
 * calls, and links the same unmodified libraries.
 */
const source = `#include <chrono>
#include <cstdlib>
#include <thread>
#include <unistd.h>

struct common_log;
common_log * common_log_main();
void common_log_flush(common_log * log);
int llama_perplexity(int argc, char ** argv);

static void end_with_parent() {
    const char * parent = std::getenv("${parentVariable}");
    if (parent == nullptr) {
        return;
    }
    std::thread([pid = std::atoi(parent)] {
        while (getppid() == pid) {
            std::this_thread::sleep_for(std::chrono::milliseconds(500));
        }
        _exit(130);
    }).detach();
}

int main(int argc, char ** argv) {
    end_with_parent();
    const int result = llama_perplexity(argc, argv);
    common_log_flush(common_log_main());
    return result;
}
`;

/**
 * Builds the main that flushes, beside the libraries. A version of llama.cpp that lacks what it needs goes
 * without.
 */
export async function buildFlushingPerplexity(context: ToolchainContext, directory: string): Promise<void> {
  const made = `${name}.${randomBytes(6).toString('hex')}`;
  const file = join(directory, `${made}.cpp`);
  await writeFile(file, source);
  const origin = context.host.platform === 'darwin' ? '@loader_path' : '$ORIGIN';
  const argv = [
    compilerOf(context),
    '-std=c++17',
    '-O1',
    `${made}.cpp`,
    '-o',
    made,
    '-pthread',
    '-L.',
    '-lllama-perplexity-impl',
    '-lllama-common',
    '-lllama',
    '-lggml',
    '-lggml-base',
    `-Wl,-rpath,${origin}`,
  ] as const;
  try {
    await output(context, [...argv], { cwd: directory, kind: 'build' });
    await rename(join(directory, made), join(directory, name));
  } catch (error) {
    await rm(join(directory, made), { force: true });
    if (isGgufError(error) && error.code === 'INTERRUPTED') throw error;
    await writeFile(join(directory, impossible), '');
    context.report({
      type: 'warning',
      message:
        'this version of llama.cpp cannot be made to flush its log; a measurement whose results get lost is repeated',
    });
  } finally {
    await rm(file, { force: true });
  }
}

/** True when the main was tried beside these libraries and cannot be built: it is not tried at each start. */
export async function lacksFlushingPerplexity(directory: string): Promise<boolean> {
  return access(join(directory, impossible)).then(
    () => true,
    () => false,
  );
}

/** The main that flushes, or null where there is none. */
export async function flushingPerplexity(directory: string): Promise<string | null> {
  const path = join(directory, name);
  return access(path, constants.X_OK).then(
    () => path,
    () => null,
  );
}

function compilerOf({ env }: ToolchainContext): string {
  const chosen = env['CXX'];
  return chosen === undefined || chosen === '' ? 'c++' : chosen;
}
