// Runs a tool the way steps/measure/perplexity-tool.ts and toolchain/run-tool.ts do, with both streams in the
// order in which they were written.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ATTEMPTS = 40;

/**
 * The log of a run, without what belongs to this machine and moment; null for a run that was to lose words
 * and lost none. llama-perplexity ends without waiting for its log, so a run is repeated until its log is
 * what it should be.
 */
export function logOf(recording, { tools, directory }) {
  const { says, losesWords } = recording;
  let log = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    log = withoutMachine(runOnce(recording, { tools, directory }));
    if (says.test(log) && !losesWords?.test(log)) return log;
  }
  if (losesWords !== undefined && says.test(log)) return null;
  throw new Error(`${recording.name}: expected ${says} in:\n${log}`);
}

function runOnce(
  { name, tool, args, exits, withoutStdout = false, withoutStderr = false, losesWords },
  { tools, directory },
) {
  const path = join(directory, 'log');
  const log = openSync(path, 'w');
  const { error, status } = spawnSync(executable(tools, tool, losesWords !== undefined), args, {
    // The usage message names the program.
    argv0: tool,
    cwd: directory,
    env: { ...environment(), OMP_WAIT_POLICY: 'passive' },
    stdio: ['ignore', withoutStdout ? 'ignore' : log, withoutStderr ? 'ignore' : log],
  });
  closeSync(log);
  if (error) throw error;
  if (exits !== undefined && status !== exits)
    throw new Error(`${name}: ended with exit code ${status} instead of ${exits}`);
  return readFileSync(path, 'utf8');
}

/** The main that waits for its log, if the toolchain built one and words are not to be lost. */
function executable(tools, tool, isStock) {
  const attended = readdirSync(tools).find((name) => name.startsWith(`${tool}-attended-`));
  return join(tools, !isStock && attended !== undefined ? attended : tool);
}

function environment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(LLAMA_|GGML_|LC_|LANG)/.test(name)),
  );
}

// Measured times become zeros (samples of speed become 1, 2 and 4 seconds), and lines about CPU, compiler and
// the place of the libraries go; all else is as printed.
function withoutMachine(log) {
  return log
    .replace(/\d+\.\d\d\.\d{3}\.\d{3} (?=[A-Z] )/g, '0.00.000.000 ')
    .replace(/^(?:\S+ [A-Z] )?(?:load_backend|system_info|built with)\b.*\n/gm, '')
    .replace(/(tokenization took) [\d.e+-]+ ms/g, '$1 0.000 ms')
    .replace(/[\d.]+ seconds per pass/g, '0.00 seconds per pass')
    .replace(/[\d.]+ minutes\n/g, '0.00 minutes\n')
    .replace(/(time =) +[\d.]+ ms/g, '$1     0.00 ms')
    .replace(/("cpu_info": ")[^"]*/g, '$1A CPU')
    .replace(/("test_time": ")[^"]*/g, '$12026-01-01T00:00:00Z')
    .replace(/("(?:avg|stddev)_[nt]s": )-?[\d.]+/g, '$10')
    .replace(/("samples_ns": )\[ \d[\d, ]*\]/g, '$1[ 1000000000, 2000000000, 4000000000 ]')
    .replace(/("samples_ts": )\[ \d[\d.e+, ]*\]/g, '$1[ 0, 0, 0 ]');
}
