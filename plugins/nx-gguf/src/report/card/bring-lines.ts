import type {
  CorpusEvidence,
  Evidence,
  Origin,
  ReferenceEvidence,
} from '../../core/generated/evidence.generated.js';
import { shellLine } from '../shell-line.js';

/**
 * Shell lines that bring files, given their names here, into a directory that is made where it is another
 * than the one that the lines run in. A comment stands for what cannot be brought from elsewhere.
 */
export function bringLines(origin: Origin, names: readonly string[], directory = '.'): string[] {
  const [name = ''] = names;
  const making = directory === '.' ? [] : [shellLine(['mkdir', '-p', directory])];
  if (origin.type === 'command') return [...making, ...commandLines(origin, names, directory)];
  if (origin.member !== null) {
    const archive = origin.type === 'url' ? fileName(origin.url ?? '') : (origin.paths?.[0] ?? '');
    return [
      ...making,
      ...downloadLines(origin, [archive], '.'),
      extractLine(archive, origin.member, within(directory, name)),
    ];
  }
  const paths = origin.type === 'url' ? [name] : (origin.paths ?? names);
  return [
    ...making,
    ...downloadLines(origin, paths, directory),
    ...(origin.type === 'huggingface' ? movingLines(paths, names, directory) : []),
  ];
}

/** Shell lines that bring the checkpoint into a directory with the model's name. */
export function checkpointLines({ name, source: { origin, files } }: Evidence): string[] {
  const names = files.map((file) => file.name);
  switch (origin.type) {
    case 'huggingface':
      return [hubDownload(origin, names, name)];
    case 'git':
      return origin.url === null ? [unknown(names, name)] : gitClone(origin, name);
    case 'command':
      return [inProject(origin, name)];
    default:
      return [unknown(names, name)];
  }
}

/** Shell lines that bring a text. */
export function corpusLines({ origin, file }: CorpusEvidence): string[] {
  return bringLines(origin, [file.name]);
}

/**
 * Shell lines that bring what somebody else made. Its files may be called as ours are, so each has a
 * directory of its own.
 */
export function referenceLines({ name, origin, files }: ReferenceEvidence): string[] {
  return bringLines(
    origin,
    files.map((file) => file.name),
    referenceDirectory(name),
  );
}

/** Where the shell lines put a reference. */
export function referenceDirectory(name: string): string {
  return `references/${name}`;
}

function downloadLines(origin: Origin, paths: readonly string[], directory: string): string[] {
  const [path = ''] = paths;
  switch (origin.type) {
    case 'huggingface':
      return [hubDownload(origin, paths, directory)];
    case 'url':
      return origin.url === null
        ? [unknown(paths, directory)]
        : [shellLine(['curl', '-fL', '-o', within(directory, path), origin.url])];
    case 'git': {
      if (origin.url === null) return [unknown(paths, directory)];
      const clone = `from-${fileName(origin.url).replace(/\.git$/, '')}`;
      return [
        ...gitClone(origin, clone),
        ...paths.map((one) => shellLine(['cp', `${clone}/${one}`, directory])),
      ];
    }
    default:
      return [unknown(paths, directory)];
  }
}

/**
 * A hub's own tool keeps folders; here files lie flat, under the last part of their path or, when it is one,
 * under a name of their own.
 */
function movingLines(paths: readonly string[], names: readonly string[], directory: string): string[] {
  return paths.flatMap((path) => {
    const name = paths.length === 1 ? (names[0] ?? path) : fileName(path);
    return path === name ? [] : [shellLine(['mv', within(directory, path), within(directory, name)])];
  });
}

function hubDownload(
  { repository, kind, commit, endpoint }: Origin,
  paths: readonly string[],
  directory: string,
): string {
  const hub = endpoint === null ? '' : `HF_ENDPOINT=${shellLine([endpoint])} `;
  return `${hub}${shellLine(['hf', 'download', repository ?? '', ...paths, ...(kind === 'dataset' ? ['--repo-type', 'dataset'] : []), ...(commit === null ? [] : ['--revision', commit]), '--local-dir', directory])}`;
}

function gitClone({ url, commit }: Origin, directory: string): string[] {
  return [
    shellLine(['git', 'clone', url ?? '', directory]),
    ...(commit === null ? [] : [shellLine(['git', '-C', directory, 'checkout', commit])]),
  ];
}

function extractLine(archive: string, member: string, to: string): string {
  return `${archive.endsWith('.zip') ? shellLine(['unzip', '-p', archive, member]) : shellLine(['tar', '-xOf', archive, member])} > ${shellLine([to])}`;
}

function commandLines(origin: Origin, names: readonly string[], directory: string): string[] {
  const made = `from-${fileName(origin.directory ?? '')}`;
  return [
    inProject(origin, made),
    ...names.map((name) => shellLine(['cp', `${made}/${name}`, within(directory, name)])),
  ];
}

/** A program of the workspace; what it writes comes into a directory of the place where the lines are run. */
function inProject({ command, directory }: Origin, output: string): string {
  const places: Readonly<Record<string, string>> = {
    output: `"$OLDPWD"/${shellLine([output])}`,
    llamaCpp: '"$OLDPWD"/llama.cpp',
    python: 'python',
  };
  const words = (command ?? []).map((argument) =>
    argument
      .split(/(\{(?:output|llamaCpp|python)\})/)
      .filter((part) => part !== '')
      .map((part) => places[part.slice(1, -1)] ?? shellLine([part]))
      .join(''),
  );
  return `(cd "$WORKSPACE"/${shellLine([directory ?? ''])} && ${words.join(' ')})`;
}

function unknown(names: readonly string[], directory: string): string {
  return `# put into ${directory}: ${names.join(' ').replace(/[\r\n]/g, ' ')}`;
}

function within(directory: string, name: string): string {
  return directory === '.' ? name : `${directory}/${name}`;
}

function fileName(path: string): string {
  return (
    path
      .replace(/[\\/]+$/, '')
      .split(/[\\/]/)
      .at(-1) ?? ''
  );
}
