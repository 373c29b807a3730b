import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { extract } from 'tar';
import { picturesOf } from '../src/report/pictures/pictures.js';
import type { Spec } from '../src/report/pictures/theme.js';
import * as vega from '../src/report/pictures/vega.js';
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
    `import { readFileSync, readdirSync } from 'node:fs';
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

/** A chart as SVG, by the Vega that is given. */
async function draw({ compile, parse, resetSVGDefIds, View }: typeof vega, spec: Spec): Promise<string> {
  resetSVGDefIds();
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  await view.runAsync();
  const svg = await view.toSVG();
  view.finalize();
  return svg;
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
    const specs = picturesOf(sampleEvidence()).map(({ spec }) => spec);
    expect(specs.length).toBeGreaterThan(4);
    const expected: string[] = [];
    for (const spec of specs) expected.push(await draw(vega, spec));
    const drawn = run(
      `const draw = ${draw.toString()};
const chunk = readdirSync(dist + '/chunks').find((name) => name.startsWith('vega-'));
const vega = await import(dist + '/chunks/' + chunk);
const drawn = [];
for (const spec of input) drawn.push(await draw(vega, spec));
console.log(JSON.stringify(drawn));`,
      specs,
    );
    expect(drawn).toEqual(expected);
  });

  it('says what to install when a remote in S3 is named', () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(installed, 'bin/nx-gguf.mjs'), 'store', 'push'],
      {
        cwd: scratch,
        env: { ...process.env, NX_GGUF_STORE: join(scratch, 'store'), NX_GGUF_REMOTE: 's3://bucket/team' },
        encoding: 'utf8',
      },
    );
    expect(status).toBe(2);
    expect(stderr).toContain(
      'S3_CLIENT_MISSING: s3://bucket/team: @aws-sdk/client-s3 and @aws-sdk/lib-storage cannot be found',
    );
    expect(stderr).toContain(
      `npm install --save-dev @aws-sdk/client-s3@${manifest.peerDependencies?.['@aws-sdk/client-s3'] ?? ''}`,
    );
  });
});
