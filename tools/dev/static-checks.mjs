import { bin, run } from './setup.mjs';

/**
 * What can be said of the code without running it: its shape, types, lint, what nothing uses, and whether
 * generated files are current.
 */
export function staticChecks() {
  run(
    process.execPath,
    [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
    'formatting',
  );
  for (const project of [
    'plugins/nx-gguf/tsconfig.json',
    'tools/cache-server/tsconfig.json',
    'plugins/nx-gguf/page/tsconfig.json',
  ]) {
    run(process.execPath, [bin('typescript/bin/tsc'), '-p', project], `types of ${project}`);
  }
  run(process.execPath, [bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'], 'lint');
  run(process.execPath, [bin('knip/bin/knip.js')], 'files, exports and packages that nothing uses');
  run(process.execPath, ['tools/dev/generate.mjs', '--check'], 'schema drift');
}
