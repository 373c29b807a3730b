import { isRecord, text, texts } from './loose-json.js';

/** What a source means to Nx: nothing of its values, only what it names. */
export interface DeclaredSource {
  /**
   * `path`: files that Nx does not see. `command`: made by a program. `locked`: pinned in the lock file.
   * `url`: named by digest.
   */
  kind: 'path' | 'command' | 'locked' | 'url';
  /** Globs of the files that a command reads, relative to the project's directory. */
  inputs: readonly string[];
  /** The parts of the toolchain that a command runs with. */
  toolchainParts: readonly ('source' | 'python')[];
}

/**
 * A source as far as it can be read; one that cannot is taken for files that Nx does not see, so that its
 * target always runs and reports it.
 */
export function declaredSource(value: unknown): DeclaredSource {
  const source = isRecord(value) ? value : {};
  switch (source['type']) {
    case 'command': {
      const command = texts(source['command']).join(' ');
      return {
        kind: 'command',
        inputs: texts(source['inputs']),
        toolchainParts: [
          ...(command.includes('{llamaCpp}') ? ['source' as const] : []),
          ...(command.includes('{python}') ? ['python' as const] : []),
        ],
      };
    }
    case 'huggingface':
    case 'git':
      return { kind: 'locked', inputs: [], toolchainParts: [] };
    case 'url':
      return { kind: text(source['sha256']) === null ? 'path' : 'url', inputs: [], toolchainParts: [] };
    default:
      return { kind: 'path', inputs: [], toolchainParts: [] };
  }
}
