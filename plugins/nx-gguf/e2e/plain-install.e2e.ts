import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { extract } from 'tar';
import { picturesOf } from '../src/report/pictures/pictures.js';
import { renderSvg } from '../src/report/pictures/svg.js';
import { sampleEvidence } from '../src/report/testing/sample-evidence.js';
import { repository } from './support/repository.js';
import { scratchDirectory } from './support/workspace.js';

interface Manifest {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

const plugin = join(repository, 'plugins/nx-gguf');
const scratch = scratchDirectory();
const installed = join(scratch, 'node_modules/nx-gguf');
const manifest = read(plugin);

/**
 * The packed plugin with the packages that a plain install brings, and none that this repository has besides.
 */
beforeAll(async () => {
  mkdirSync(installed, { recursive: true });
  await extract({ file: process.env['NX_GGUF_E2E_PACKAGE'] ?? '', cwd: installed, strip: 1 });
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    const link = join(scratch, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(folderOf(name, plugin) ?? '', link);
  }
});

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

function read(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Where a package is that a folder's modules import, or null when it is not installed. */
function folderOf(name: string, from: string): string | null {
  const folder = join(from, 'node_modules', name);
  if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) return folder;
  return from === repository ? null : folderOf(name, dirname(from));
}

/** All packages that come with one, each in its folder. */
function comingWith(folder: string, found = new Set<string>()): Set<string> {
  const { dependencies, optionalDependencies } = read(folder);
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const other = folderOf(name, folder);
    if (other === null || found.has(other)) continue;
    found.add(other);
    comingWith(other, found);
  }
  return found;
}

/**
 * The room that a folder takes on the disk, without packages inside of it, which are counted on their own.
 */
function diskBytes(folder: string): number {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => name !== 'node_modules');
  const inside = entries.map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? diskBytes(path) : lstatSync(path).blocks * 512;
  });
  return inside.reduce((sum, bytes) => sum + bytes, lstatSync(folder).blocks * 512);
}

/** Runs a program on the installed plugin, whose folder it gets as `dist`; what it prints. */
function run(program: string, input: unknown): unknown {
  const file = join(scratch, 'program.mjs');
  writeFileSync(
    file,
    `import { readFileSync } from 'node:fs';
const dist = ${JSON.stringify(join(installed, 'dist'))};
const input = JSON.parse(readFileSync(0, 'utf8'));
${program}`,
  );
  return JSON.parse(
    execFileSync(process.execPath, [file], {
      cwd: scratch,
      input: JSON.stringify(input),
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    }),
  );
}

describe('a plain install of the package', () => {
  it('takes less than 45 MB', () => {
    const folders = [installed, ...comingWith(plugin)];
    expect(folders.length).toBeGreaterThan(20);
    expect(folders.reduce((sum, folder) => sum + diskBytes(folder), 0) / (1 << 20)).toBeLessThan(45);
  });

  it('has every package that its modules import, or names it as a peer', () => {
    const named = new Set(
      [manifest.dependencies, manifest.peerDependencies].flatMap((packages) => Object.keys(packages ?? {})),
    );
    const modules = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.js'),
    );
    const imported = modules.flatMap((file) =>
      [
        ...readFileSync(join(installed, 'dist', file), 'utf8').matchAll(
          /(?:^(?:import|export)\b[^'"`;=()]*?\bfrom\s*|^import\s*|\bimport\(\s*)["']([^.'"][^'"]*)["']/gm,
        ),
      ].map(([, specifier = '']) => specifier),
    );
    const packages = [...new Set(imported)]
      .filter((specifier) => !specifier.startsWith('node:') && !builtinModules.includes(specifier))
      .map((specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '');
    expect(packages).toContain('@huggingface/hub');
    // Vega looks for a canvas, and needs none.
    expect(packages.filter((name) => !named.has(name) && name !== 'canvas')).toEqual([]);
  });

  it('draws the pictures that Vega draws from its own packages', async () => {
    const pictures = picturesOf(sampleEvidence());
    expect(pictures.length).toBeGreaterThan(4);
    const expected: string[] = [];
    for (const picture of pictures) expected.push(await renderSvg(picture.spec, picture));
    const drawn = run(
      `const { renderSvg } = await import(dist + '/report/pictures/svg.js');
const drawn = [];
for (const picture of input) drawn.push(await renderSvg(picture.spec, picture));
console.log(JSON.stringify(drawn));`,
      pictures,
    );
    expect(drawn).toEqual(expected);
  });

  it('says what to install when a remote in S3 is named', () => {
    const answer = run(
      `const { createRemotes } = await import(dist + '/remote/create-remotes.js');
try {
  createRemotes({ store: null, env: { NX_GGUF_REMOTE: 's3://bucket/team' }, run: '', report: () => {}, signal: undefined });
} catch ({ code, message, hint }) {
  console.log(JSON.stringify({ code, message, hint }));
}`,
      null,
    );
    expect(answer).toEqual({
      code: 'S3_CLIENT_MISSING',
      message: 's3://bucket/team: @aws-sdk/client-s3 and @aws-sdk/lib-storage cannot be found',
      hint: expect.stringContaining(
        `npm install --save-dev @aws-sdk/client-s3@${manifest.peerDependencies?.['@aws-sdk/client-s3'] ?? ''}`,
      ) as string,
    });
  });
});
