import { join } from 'node:path';
import { counted } from '../core/counted.js';
import type { Json } from '../core/json/canonical-json.js';
import { GgufError } from '../core/errors.js';
import { nearestPath } from '../core/suggestion.js';
import type { Manifest, ManifestFile } from '../core/generated/manifest.generated.js';
import { readNamedFile } from '../steps/run-cached.js';
import type { Surroundings, TargetManifests, ToolchainIdentities } from './ports.js';
import type { TargetRef } from '../core/target.js';
import { projectDirectory } from '../workspace/workspace.js';

/** The files of a project's unquantized model. */
export async function convertedModel(ref: TargetRef, ports: TargetManifests): Promise<ManifestFile[]> {
  return (await ports.upstream({ project: ref.project, kind: 'convert' })).files;
}

/** The identity of the tools of llama.cpp, in the form that steps keep. */
export async function llama(ports: ToolchainIdentities, toolchain: string): Promise<Record<string, Json>> {
  return { build: await ports.toolchain(toolchain).identity('build') };
}

/**
 * The file of an artifact with this name, or its only one.
 * @throws GgufError `FILE_AMBIGUOUS`, or `FILE_NOT_IN_SOURCE` when there is none of that name
 */
export function oneFile(
  { files }: Pick<Manifest, 'files'>,
  name: string | undefined,
  of: string,
): ManifestFile {
  const found = name === undefined ? files : files.filter((file) => file.name === name);
  const [first] = found;
  if (found.length === 1 && first !== undefined) return first;
  const names = files.map((file) => file.name);
  const shown = names.length > 8 ? `${names.slice(0, 8).join(', ')}, … (${names.length})` : names.join(', ');
  if (name === undefined)
    throw new GgufError('FILE_AMBIGUOUS', `${of} has ${counted(files.length, 'file')}: ${shown}`, {
      hint: `Name one of them in "file", e.g. "file": ${JSON.stringify(names[0] ?? '')}.`,
    });
  const near = nearestPath(name, names);
  throw new GgufError(
    'FILE_NOT_IN_SOURCE',
    `${of} has no file ${name}${near === null ? '' : ` (did you mean ${near}?)`}; it has ${shown}`,
    {
      hint: 'Correct "file"; names are exact. Where "include" of the source left it out, add it there.',
    },
  );
}

/** The text of a file that model.json names, relative to the project's directory. */
export function namedFile(
  ref: TargetRef,
  ports: Surroundings,
  named: { file: string; by: string },
): Promise<string> {
  return readNamedFile(
    join(projectDirectory(ports.environment.workspace, ref.project, named.by), named.file),
    named,
  );
}
