import { build } from 'esbuild';

/**
 * The module of a TypeScript file that is no part of a package, such as a builder of the unit tests, with all
 * that it imports. Modules that look for files beside themselves find none.
 */
export async function importTypeScript(file) {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  return await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
}
