import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { LabVariant, QuantizeLab } from './quantize-lab.js';

/** Where a variant is built, and with which llama-quantize. */
interface Place {
  lab: QuantizeLab;
  tool: string;
}

/** How long it takes to plan a variant and to build it in a process of its own, in ms. */
export async function timeOf(variant: LabVariant, place: Place): Promise<number> {
  const start = performance.now();
  await (
    await child(variant, place)
  ).ended;
  return performance.now() - start;
}

/** Builds a variant in a process of its own, which is killed after a time. */
export async function killed(
  variant: LabVariant,
  { afterMs, ...place }: Place & { afterMs: number },
): Promise<void> {
  const { process: started, ended } = await child(variant, place);
  const timer = setTimeout(() => started.kill('SIGKILL'), afterMs);
  await ended;
  clearTimeout(timer);
}

async function child(variant: LabVariant, { lab, tool }: Place) {
  const expected = await lab.expected(variant);
  const work = { store: lab.store.root, tool, imatrix: null, rules: null, expected, ...variant };
  const started = spawn(
    process.execPath,
    [join(import.meta.dirname, 'build-variant.mjs'), JSON.stringify(work)],
    { stdio: 'ignore' },
  );
  return {
    process: started,
    ended: new Promise<void>((resolve) =>
      started.on('exit', () => {
        resolve();
      }),
    ),
  };
}
