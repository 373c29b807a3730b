import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { RealTools } from './real-tools.js';
import { repository } from './repository.js';

/** Where the lines of a card are run, and with what. */
export interface Pasting {
  directory: string;
  tools: RealTools;
  env?: Record<string, string>;
}

/** The lines of a card that make and measure everything, once llama.cpp is there. */
export function pastedLines(card: string): string {
  const lines = /^Then the files\.[^]*?```sh\n([^]*?)```$/m.exec(card)?.[1];
  if (lines === undefined) throw new Error('the card has no lines to paste');
  return lines;
}

/**
 * Runs lines as a person at a shell would, in a directory that they have for themselves; what was printed,
 * with the commands.
 */
export async function runPasted(lines: string, { directory, tools, env = {} }: Pasting): Promise<string> {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'paste.sh'), lines);
  symlinkSync(tools.source, join(directory, 'llama.cpp'));
  const patient = join(directory, '.patient');
  mkdirSync(patient);
  // The card says to run it again when its last lines are missing.
  writeFileSync(
    join(patient, 'llama-perplexity'),
    `#!/bin/sh
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  '${join(tools.bin, 'llama-perplexity')}' "$@" > '${patient}/log' 2>&1 || { cat '${patient}/log'; exit 1; }
  case " $* " in *' --kl-divergence '*) grep -q 'Same top p:' '${patient}/log' || continue ;; *) grep -q 'Final estimate' '${patient}/log' || continue ;; esac
  break
done
cat '${patient}/log'
`,
  );
  chmodSync(join(patient, 'llama-perplexity'), 0o755);
  const path = `${patient}:${tools.bin}:${dirname(tools.python)}:${process.env['PATH'] ?? ''}`;
  const { exitCode, all } = await execa('sh', ['-ex', 'paste.sh'], {
    cwd: directory,
    all: true,
    reject: false,
    stdin: 'ignore',
    env: { ...env, WORKSPACE: repository, PATH: path },
  });
  if (exitCode !== 0) throw new Error(all.slice(-4000));
  return all;
}

/** Numbers behind labels that llama-perplexity printed for a model, read without our own parser. */
export function printedStatistics(output: string, model: string): (label: string, column?: 1 | 2) => number {
  const blocks = output.split(/^\+ /m);
  const text =
    blocks.find(
      (block) => block.startsWith(`llama-perplexity -m ${model} `) && block.includes(' --kl-divergence '),
    ) ?? '';
  return (label, column = 1) => {
    const line = text.split('\n').find((candidate) => candidate.includes(label)) ?? '';
    return Number(line.slice(line.indexOf(label) + label.length).match(/-?\d+\.\d+/g)?.[column - 1]);
  };
}
