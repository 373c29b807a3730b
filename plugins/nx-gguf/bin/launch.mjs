import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Runs the command that a package was built into. The launchers are committed, because npm links the commands
 * of a clone before its `prepare` builds them; a link that is missing would have npx fetch a stranger's package
 * of that name. Where nothing is built yet, one line says what to run, with the exit code for trouble.
 * @param {string} packageUrl the directory of the package, as a URL
 * @param {string} module the built module, relative to it; it exports `main`
 * @param {readonly string[]} args what the user gave
 */
export async function launch(packageUrl, module, args) {
  let main;
  try {
    ({ main } = await import(new URL(module, packageUrl).href));
  } catch (error) {
    const remedy = remedyOf(error, fileURLToPath(packageUrl));
    if (remedy === null) throw error;
    process.stderr.write(`${remedy}\n`);
    process.exitCode = 2;
    return;
  }
  process.exitCode = await main(args);
}

/** What helps where a module cannot be found; null for every other error. */
function remedyOf(error, directory) {
  const message = String(error?.message);
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') return null;
  const isClone = existsSync(join(directory, 'build.mjs'));
  const clone = join(directory, '../..');
  // A package that is not installed is named by its name, a file of a build by its path.
  const isPackage = message.startsWith('Cannot find package');
  if (isClone)
    return isPackage
      ? `nx-gguf: packages are not installed; run \`npm ci\` in ${clone}`
      : `nx-gguf: not built yet; run \`npm run build\` in ${clone}`;
  return `nx-gguf: the installation in ${directory} is not complete; install the package again`;
}
