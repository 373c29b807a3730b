import { basename, join } from 'node:path';
import { counted } from '../../core/counted.js';
import type { Json } from '../../core/json/canonical-json.js';
import { GgufError } from '../../core/errors.js';
import { lfsPointerBytes } from '../../core/lfs-pointer.js';
import { stepRegistry } from '../../core/step-registry.js';
import { pathProblem, shownPath } from '../../core/safe-path.js';
import type { LockedFile, LockedSource } from '../../core/generated/lock.generated.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { GitSource, HuggingFaceSource, UrlSource } from '../../core/generated/source.generated.js';
import { refusePointers } from './refuse-pointers.js';
import { inputsOf, type Step, type Workbench } from '../step.js';

/** Brings files into the store by their digests, from wherever they come; digest and size of each. */
export type Bring = (
  bench: Pick<Workbench, 'report' | 'signal'>,
) => Promise<readonly { sha256: string; sizeBytes: number }[]>;

/** Takes one member out of an archive. */
export type Extract = (extraction: {
  archive: string;
  name: string;
  member: string;
  to: string;
  signal: AbortSignal | undefined;
}) => Promise<void>;

/** What a fetch from elsewhere works with. */
export interface FetchEffects {
  bring: Bring;
  extract: Extract;
}

/**
 * Takes the files that a lock pins. Its key is their digests and where they come from, so it is planned
 * without a request; what the store has is not fetched.
 */
export function fetchLockedStep(
  source: HuggingFaceSource | GitSource,
  locked: LockedSource,
  effects: FetchEffects,
): Step {
  const files = locked.files.map((file: LockedFile): ManifestFile => ({
    name: file.path,
    sha256: file.sha256,
    sizeBytes: file.sizeBytes,
  }));
  const { commit, selection } = locked;
  const facts = {
    source: {
      ...origin(source),
      commit,
      ...(selection === undefined ? {} : { selection: { ...selection } }),
    },
  };
  return {
    action: {
      step: 'fetch',
      version: stepRegistry.fetch.logicVersion,
      parameters: { ...facts.source, member: source.member ?? null },
      inputs: inputsOf('source', files),
      toolchain: null,
    },
    run: async (bench) => {
      await effects.bring(bench);
      return outcome(files, { member: source.member, facts, effects }, bench);
    },
  };
}

/**
 * Takes one file by its address and digest. The address is no part of the key, and of nothing that is
 * written: the bytes decide.
 */
export function fetchUrlStep(source: UrlSource, effects: FetchEffects): Step {
  const name = fileName(source.url);
  const facts = { source: { type: 'url' } };
  return {
    action: {
      step: 'fetch',
      version: stepRegistry.fetch.logicVersion,
      parameters: { type: 'url', member: source.member ?? null },
      inputs: [{ role: 'source', name, sha256: source.sha256 }],
      toolchain: null,
    },
    run: async (bench) => {
      const [id] = await effects.bring(bench);
      if (id === undefined) throw new Error('nothing was brought');
      return outcome([{ name, ...id }], { member: source.member, facts, effects }, bench);
    },
  };
}

async function outcome(
  files: readonly ManifestFile[],
  {
    member,
    facts,
    effects,
  }: { member: string | undefined; facts: Record<string, Json>; effects: FetchEffects },
  bench: Workbench,
) {
  await refuseStoredPointers(files, bench);
  if (member === undefined) return { files: [], referred: files, facts, commands: [] };
  const [archive] = files;
  if (archive === undefined || files.length > 1)
    throw new GgufError(
      'FILE_AMBIGUOUS',
      `"member" needs one archive, and the source takes ${counted(files.length, 'file')}`,
      { hint: 'Name the archive literally in "include".' },
    );
  const name = basename(member);
  const problem = pathProblem(name);
  if (problem !== null)
    throw new GgufError('UNSAFE_PATH', `"member" ${shownPath(member)} is refused: ${problem}`);
  await bench.input(archive, 'archive');
  const to = join(bench.directory, 'member');
  await effects.extract({
    archive: join(bench.directory, 'archive'),
    name: archive.name,
    member,
    to,
    signal: bench.signal,
  });
  await refusePointers([{ name, path: to }], pointerHint);
  return { files: [{ name, path: to }], facts, commands: [] };
}

const pointerHint =
  'The file was put there without Git LFS: whoever did it runs `git lfs pull` and uploads the file itself. Meanwhile, take another revision or source.';

/** Files of a repository can be pointers that somebody committed as they are. */
async function refuseStoredPointers(files: readonly ManifestFile[], bench: Workbench): Promise<void> {
  const small = files.filter(({ sizeBytes }) => sizeBytes <= lfsPointerBytes);
  const found: { name: string; path: string }[] = [];
  for (const [index, file] of small.entries()) {
    const name = `small-${index}`;
    await bench.input(file, name);
    found.push({ name: file.name, path: join(bench.directory, name) });
  }
  await refusePointers(found, pointerHint);
}

/** Where files come from, as far as it holds no secret and no place on a machine. */
function origin(source: HuggingFaceSource | GitSource): Record<string, Json> {
  if (source.type === 'huggingface') {
    const { type, repository, kind = 'model', revision = 'main', endpoint } = source;
    return { type, repository, kind, revision, ...(endpoint === undefined ? {} : { endpoint }) };
  }
  const isLocal = /^(file:|[/\\.]|[A-Za-z]:[/\\])/.test(source.url);
  return { type: source.type, revision: source.revision ?? 'HEAD', ...(isLocal ? {} : { url: source.url }) };
}

function fileName(url: string): string {
  const last = decoded(new URL(url).pathname.split('/').at(-1) ?? '');
  return pathProblem(last) === null ? last : 'file';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
