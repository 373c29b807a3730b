import { spawn } from 'node:child_process';
import { bin, root } from './run.mjs';
import { shareOfCores } from './share-of-cores.mjs';

/** The longest first; each is a process of one core. */
const checks = [
  ['lint', bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'],
  ...[
    'plugins/nx-gguf/tsconfig.json',
    'tools/cache-server/tsconfig.json',
    'plugins/nx-gguf/page/tsconfig.json',
    'tools/fuzz/tsconfig.json',
  ].map((project) => [`types of ${project}`, bin('typescript/bin/tsc'), '-p', project]),
  ['formatting', bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  ['files, exports and packages that nothing uses', bin('knip/bin/knip.js')],
  ['schema drift', 'tools/dev/generate.mjs', '--check'],
];

/**
 * What can be said of the code without running it: its shape, types, lint, what nothing uses, and whether
 * generated files are current. All checks run, beside each other; ends the process when one failed.
 */
export async function staticChecks() {
  const waiting = [...checks];
  const failed = [];
  const work = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const [label, ...args] = check;
      const { isPassed, output } = await outputOf(args);
      console.log(`> ${label}\n${output}`.trimEnd());
      if (!isPassed) failed.push(label);
    }
  };
  await Promise.all(Array.from({ length: shareOfCores() }, work));
  if (failed.length === 0) return;
  console.error(`Failed: ${failed.join(', ')}`);
  process.exit(1);
}

/** What Node prints for a script, on both streams. */
function outputOf(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ isPassed: code === 0, output }));
  });
}
