import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildChanged } from '../../../../tools/dev/build.mjs';

const repository = join(import.meta.dirname, '../../../..');

/** Packs the plugin as npm would publish it; all tests run that package, not the sources. */
export default function setup() {
  for (const part of ['build', 'python', 'source']) {
    if (!existsSync(join(repository, `dist/llama-cpp/${part}/artifact.json`)))
      throw new Error(
        `The toolchain is not there: run \`npm test\`, or \`npx nx run llama-cpp:${part}\` first.`,
      );
  }
  buildChanged();
  const directory = mkdtempSync(join(tmpdir(), 'nx-gguf-pack-'));
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', directory], {
      cwd: join(repository, 'plugins/nx-gguf'),
      encoding: 'utf8',
    }),
  );
  process.env.NX_GGUF_E2E_PACKAGE = join(directory, packed.filename);
  // Made by the first suite that asks for it.
  process.env.NX_GGUF_E2E_SEEDED = join(directory, 'seed');
  writeFileSync(join(directory, 'files.json'), JSON.stringify(packed.files.map(({ path }) => path)));
  process.env.NX_GGUF_E2E_VERSION = JSON.parse(
    readFileSync(join(repository, 'plugins/nx-gguf/package.json'), 'utf8'),
  ).version;
}
