import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const repository = join(import.meta.dirname, '../../../..');

/** Builds the plugin and the server as they are now: the tests run what would be published. */
export default function setup() {
  for (const folder of ['plugins/nx-gguf', 'tools/cache-server'])
    execFileSync(process.execPath, ['build.mjs'], { cwd: join(repository, folder), stdio: 'inherit' });
}
