import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A real git repository with these files in one commit. */
export function makeRepository(
  directory: string,
  files: Readonly<Record<string, string>>,
): { directory: string; commit: string; git: (...args: string[]) => string } {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', directory, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      encoding: 'utf8',
    }).trim();
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  git('init', '--quiet', '-b', 'main');
  git('add', '--all');
  git('commit', '--quiet', '-m', 'first');
  return { directory, commit: git('rev-parse', 'HEAD'), git };
}

const tool = (name: string): string =>
  `add_executable(${name} main.cpp)\ntarget_link_libraries(${name} PRIVATE part)\n`;

/**
 * A CMake project of the outer shape of llama.cpp: the five tools, a shared library beside them, and a
 * converter.
 */
export const standInProject: Readonly<Record<string, string>> = {
  'CMakeLists.txt': [
    'cmake_minimum_required(VERSION 3.14)',
    'project(standin CXX)',
    'set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)',
    'set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)',
    'add_library(part SHARED part.cpp)',
    ...['llama-quantize', 'llama-imatrix', 'llama-perplexity', 'llama-gguf-split', 'llama-bench'].map(tool),
  ].join('\n'),
  'part.cpp': 'int part() { return 0; }\n',
  'main.cpp': 'int part();\nint main() { return part(); }\n',
  'convert_hf_to_gguf.py': 'print("converter")\n',
};
