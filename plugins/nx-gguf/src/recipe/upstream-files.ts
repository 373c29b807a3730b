import { join } from 'node:path';
import type { Json } from '../core/canonical-json.js';
import { GgufError } from '../core/errors.js';
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
 * @throws GgufError `FILE_AMBIGUOUS`
 */
export function oneFile(
  { files }: Pick<Manifest, 'files'>,
  name: string | undefined,
  of: string,
): ManifestFile {
  const found = name === undefined ? files : files.filter((file) => file.name === name);
  if (found.length === 1 && found[0] !== undefined) return found[0];
  const names = files.map((file) => file.name).join(', ');
  throw new GgufError(
    'FILE_AMBIGUOUS',
    name === undefined
      ? `${of} has ${files.length} files: ${names}`
      : `${of} has no file ${name}; it has ${names}`,
    { hint: 'Name one of them.' },
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
