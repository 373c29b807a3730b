import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../store/testing/temporary-store.js';
import { repository } from '../testing/documents.js';

const packages = ['plugins/nx-gguf', 'tools/cache-server'];

interface Package {
  name: string;
  files: string[];
  bin: Record<string, string>;
}

function read(path: string): Package {
  return JSON.parse(readFileSync(join(repository, path, 'package.json'), 'utf8')) as Package;
}

/** The packages of this repository as git has them, without a build; what they depend on is not installed. */
function freshClone(): string {
  const clone = temporaryDirectory();
  for (const path of packages) {
    cpSync(join(repository, path, 'bin'), join(clone, path, 'bin'), { recursive: true });
    cpSync(join(repository, path, 'build.mjs'), join(clone, path, 'build.mjs'));
    const { dependencies, devDependencies, peerDependencies, ...rest } = read(path) as Package &
      Record<string, unknown>;
    expect([dependencies, devDependencies ?? peerDependencies]).not.toContain(undefined);
    const own = path === 'plugins/nx-gguf' ? {} : { dependencies: { 'nx-gguf': '0.1.0' } };
    writeFileSync(join(clone, path, 'package.json'), JSON.stringify({ ...rest, ...own }));
  }
  writeFileSync(join(clone, 'package.json'), JSON.stringify({ private: true, workspaces: packages }));
  return clone;
}

const bins = packages.flatMap((path) =>
  Object.entries(read(path).bin).map(([name, file]) => ({ path, name, file })),
);

describe('the commands of a fresh clone', () => {
  let clone = '';
  const run = (name: string, ...args: readonly string[]) =>
    spawnSync(join(clone, 'node_modules/.bin', name), args, { encoding: 'utf8' });

  beforeAll(() => {
    clone = freshClone();
    execFileSync('npm', ['install', '--ignore-scripts', '--offline', '--no-audit', '--no-fund'], {
      cwd: clone,
      stdio: 'ignore',
    });
  });

  it.each(bins)(
    '$name is linked by the first install, and says what to run while nothing is built',
    ({ name }) => {
      expect(run(name, '--help')).toMatchObject({
        status: 2,
        stdout: '',
        stderr: `nx-gguf: not built yet; run \`npm run build\` in ${clone}\n`,
      });
    },
  );

  it('says that packages are not installed where the build needs them', () => {
    const commands = join(clone, 'plugins/nx-gguf/dist/commands');
    mkdirSync(commands, { recursive: true });
    writeFileSync(join(commands, 'nx-gguf.js'), "import 'no-such-package-of-ours';\n");
    expect(run('nx-gguf', '--help').stderr).toBe(
      `nx-gguf: packages are not installed; run \`npm ci\` in ${clone}\n`,
    );
    rmSync(join(clone, 'plugins/nx-gguf/build.mjs'));
    expect(run('nx-gguf', '--help').stderr).toMatch(/ is not complete; install the package again\n$/);
  });

  it('pass on arguments and the exit code, and the older names mean the same', () => {
    const commands = join(clone, 'plugins/nx-gguf/dist/commands');
    mkdirSync(commands, { recursive: true });
    writeFileSync(
      join(commands, 'nx-gguf.js'),
      'export const main = (args) => { console.log(JSON.stringify(args)); return 7; };\n',
    );
    for (const [name, before] of [
      ['nx-gguf', []],
      ['gguf', []],
      ['gguf-store', ['store']],
    ] as const)
      expect(run(name, 'a b', '--c')).toMatchObject({
        status: 7,
        stdout: `${JSON.stringify([...before, 'a b', '--c'])}\n`,
      });
  });
});

describe('the launchers', () => {
  it.each(bins)('$name is committed, packed and can be started', ({ path, file }) => {
    const inPackage = file.replace('./', '');
    expect(read(path).files).toContain(inPackage.split('/')[0]);
    expect(statSync(join(repository, path, inPackage)).mode & 0o111).toBe(0o111);
    const index = execFileSync('git', ['ls-files', '--stage', `${path}/${inPackage}`], {
      cwd: repository,
      encoding: 'utf8',
    });
    expect(index).toMatch(/^100755 /);
  });

  it('include one with the name of each package, so that npx asks for no other', () => {
    for (const path of packages) expect(Object.keys(read(path).bin)).toContain(read(path).name);
  });
});
