import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { globSync } from 'tinyglobby';

const source = import.meta.dirname;

/** Rooms from the bottom up; a file may import from its own layer and from those below. */
const layers = [
  ['core'],
  ['gguf'],
  ['quant', 'kld', 'speed'],
  ['report', 'publication'],
  ['files'],
  ['transport', 'terminal'],
  ['store'],
  ['remote', 'toolchain', 'upstream'],
  ['destination', 'workspace'],
  ['steps'],
  ['recipe'],
  ['results'],
  ['infer'],
  ['task'],
  ['publishing', 'report-server'],
  ['hooks', 'executors', 'generators', 'commands', 'index.ts', 'store-api.ts'],
];
const pure = new Set(['gguf', 'quant', 'kld', 'speed', 'report', 'publication']);
const knowingNx = new Set(['infer', 'task', 'hooks', 'executors', 'generators', 'index.ts']);
const withoutProcess = new Set(['core', ...pure, 'steps']);
const effects = /^(node:(?!crypto$|util$|path$|zlib$)|@nx\/|nx$|execa$|proper-lockfile$|tar$|tinyglobby$)/;
const processState = /\bDate\.now\(|new Date\(|Math\.random\(|process\.(env|cwd|stdout|stderr)|console\./;

const files = globSync(['**/*.ts'], {
  cwd: source,
  ignore: ['**/*.spec.ts', '**/testing/**', '**/generated/**'],
}).sort();
const imports = new Map(files.map((file) => [file, importsOf(file)]));
const edges = [...imports].flatMap(([file, specifiers]) =>
  specifiers.map((specifier) => ({ file, specifier })),
);

describe('rooms', () => {
  it('are seen with their imports', () => {
    expect(files.length).toBeGreaterThan(300);
    expect(edges.length).toBeGreaterThan(1000);
  });

  it('have a layer each', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => layerOf(room) < 0)).toEqual([]);
    expect(layers.flat().filter((room) => !files.some((file) => roomOf(file) === room))).toEqual([]);
  });

  it('import from below only', () => {
    const upward = edges.filter(
      ({ file, specifier }) =>
        specifier.startsWith('.') && layerOf(roomOf(targetOf(file, specifier))) > layerOf(roomOf(file)),
    );
    expect(upward).toEqual([]);
  });

  it('have no cycle, of types neither', () => {
    expect(cycleIn(graph())).toBeNull();
    const looped = new Map(graph()).set('core/errors.ts', ['core/validate.ts']);
    expect(cycleIn(looped)).toEqual(expect.arrayContaining(['core/errors.ts', 'core/validate.ts']));
  });

  it('that are pure reach no file system, process, network or Nx', () => {
    expect(edges.filter(({ file, specifier }) => pure.has(roomOf(file)) && effects.test(specifier))).toEqual(
      [],
    );
  });

  it('that know Nx are few', () => {
    const knowing = edges.filter(
      ({ file, specifier }) => /^(@nx\/|nx$)/.test(specifier) && !knowingNx.has(roomOf(file)),
    );
    expect(knowing).toEqual([]);
  });

  it('that are pure, and the steps, do not touch the clock, the environment or the console', () => {
    const touching = files.filter(
      (file) =>
        withoutProcess.has(roomOf(file)) && processState.test(readFileSync(join(source, file), 'utf8')),
    );
    expect(touching).toEqual([]);
  });
});

describe('JSON', () => {
  const parsing = {
    'core/json/json-reader.ts': 'the reader, with its limits',
    'core/json/canonical-json.ts': 'a text that was written there',
    'core/schema-files.ts': 'the schemas of this package',
    'core/json/json-text.ts': 'comments of people, in what the reader found to be no JSON',
    'core/json/json-faults.ts': 'the place of a fault in the same',
    'generators/sync/project-lines.ts': 'the lines of project.json, which Nx has read before',
    'workspace/loose-json.ts': 'as much as can be read of the same',
  };

  it('is parsed by one reader: others parse without limits', () => {
    const found = files.filter((file) =>
      /\bJSON\.parse\(|\.json\(\)|'jsonc-parser'/.test(readFileSync(join(source, file), 'utf8')),
    );
    expect(found).toEqual(Object.keys(parsing).sort());
  });
});

describe('files of others', () => {
  const whole = {
    'commands/workspace-environment.ts': 'nx.json, which Nx has read before',
    'core/schema-files.ts': 'the schemas of this package',
    'files/boot.ts': 'what the kernel says of its start',
    'files/process-file-name.ts': 'what the kernel says of a process',
    'steps/evidence/report.ts': 'the assets of this package',
    'toolchain/machine-share.ts': 'what the kernel says of a process',
    'toolchain/machine.ts': 'what the kernel says of the machine',
  };

  it('are read within limits, and not waited for: readFile does neither', () => {
    const found = files.filter((file) =>
      /import [^;]*\breadFile(?:Sync)?\b/.test(readFileSync(join(source, file), 'utf8')),
    );
    expect(found).toEqual(Object.keys(whole).sort());
  });
});

describe('scripts that run the compiled modules', () => {
  const repository = join(source, '../../..');
  const scripts = globSync(
    ['tools/{bench,dev}/**/*.mjs', 'tools/cache-server/e2e/**/*.mjs', 'plugins/nx-gguf/{e2e,src}/**/*.mjs'],
    { cwd: repository },
  );
  const rooms = layers.flat().filter((room) => !room.endsWith('.ts'));
  const named = new RegExp(`[\`'/]((?:${rooms.join('|')})/[\\w/-]+)(?:\\.js)?[\`']`, 'g');
  const modules = scripts.flatMap((script) =>
    [...readFileSync(join(repository, script), 'utf8').matchAll(named)].map(([, module = '']) => ({
      script,
      module,
    })),
  );

  it('name modules and folders that there are', () => {
    const isThere = (module: string): boolean =>
      ['', '.ts'].some((suffix) => existsSync(join(source, module + suffix)));
    expect(modules.length).toBeGreaterThan(40);
    expect(modules.filter(({ module }) => !isThere(module))).toEqual([]);
  });
});

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}

function graph(): Map<string, string[]> {
  return new Map(
    [...imports].map(([file, specifiers]) => [
      file,
      specifiers
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => targetOf(file, specifier)),
    ]),
  );
}

/** The files of one cycle, or null. */
function cycleIn(imported: ReadonlyMap<string, readonly string[]>): string[] | null {
  const finished = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (finished.has(file)) return null;
    for (const next of imported.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle !== null) return cycle;
    }
    finished.add(file);
    return null;
  };
  for (const file of imported.keys()) {
    const cycle = visit(file, []);
    if (cycle !== null) return cycle;
  }
  return null;
}

function roomOf(file: string): string {
  return file.split('/')[0] ?? '';
}

function targetOf(file: string, specifier: string): string {
  return relative(source, resolve(source, file, '..', specifier)).replace(/\.js$/, '.ts');
}

function layerOf(room: string): number {
  return layers.findIndex((layer) => layer.includes(room));
}
