import type { Evidence } from '../../core/generated/evidence.generated.js';
import { shellLine } from '../shell-line.js';
import { hereDocument } from './here-document.js';

const packages = ['torch', 'transformers', 'numpy', 'sentencepiece', 'protobuf'];
const tools = ['llama-quantize', 'llama-imatrix', 'llama-perplexity', 'llama-gguf-split'];

/** Shell lines that get and build llama.cpp, and install what its converter needs. */
export function toolLines({
  toolchain: { commit, repository, build, patched, requirements, python },
}: Evidence): string[] {
  const source =
    repository === null || commit === null
      ? [
          `# put the source of llama.cpp${commit === null ? '' : `, commit ${commit}${patched ? ' with local changes' : ''},`} into llama.cpp`,
        ]
      : [
          shellLine(['git', 'clone', repository, 'llama.cpp']),
          shellLine(['git', '-C', 'llama.cpp', 'checkout', commit]),
        ];
  return [...source, ...buildLines(build), ...pythonLines(requirements, python)];
}

function buildLines(build: Evidence['toolchain']['build']): string[] {
  if (build['kind'] !== 'built') return [`# put ${tools.join(', ')} on the PATH`];
  const cmake = Object.entries((build as { cmake?: Record<string, string> }).cmake ?? {}).map(
    ([name, value]) => `-D${name}=${value}`,
  );
  return [
    shellLine(['cmake', '-S', 'llama.cpp', '-B', 'llama.cpp/build', ...cmake]),
    `cmake --build llama.cpp/build --config Release -j --target ${tools.join(' ')}`,
    'export PATH="$PWD/llama.cpp/build/bin:$PATH"',
  ];
}

/** The converter's packages as they were pinned, or the versions that a ready interpreter had. */
function pythonLines(
  requirements: readonly string[] | null,
  python: Evidence['toolchain']['python'],
): string[] {
  if (requirements === null) {
    const had = packages.flatMap((name) =>
      typeof python[name] === 'string' ? [`${name}==${python[name].replace(/\+.*/, '')}`] : [],
    );
    return [
      shellLine([
        'python',
        '-m',
        'pip',
        'install',
        ...(had.length === 0 ? ['-r', 'llama.cpp/requirements/requirements-convert_hf_to_gguf.txt'] : had),
        'huggingface_hub',
      ]),
    ];
  }
  const hasHub = requirements.some((line) => /^huggingface[_-]hub\b/i.test(line));
  return [
    ...hereDocument('requirements.txt', requirements),
    `python -m pip install -r requirements.txt${hasHub ? '' : ' huggingface_hub'}`,
  ];
}
