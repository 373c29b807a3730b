#!/usr/bin/env node
// Damaged inputs for every reader of bytes from outside, for as long as one likes: inputs that reach new code are
// kept in a corpus, and damaged further. Usage: fuzz.mjs [--seconds=60 for each target] [--seed=1]
// [--targets=gguf-header,imatrix] [--corpus=tmp/fuzz-corpus]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, run } from '../dev/run.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    targets: { type: 'string' },
    corpus: { type: 'string', default: join(root, 'tmp/fuzz-corpus') },
  },
});
if (!(Number(values.seconds) > 0) || !Number.isInteger(Number(values.seed))) {
  console.error('Usage: fuzz.mjs [--seconds=60] [--seed=1] [--targets=a,b] [--corpus=directory]');
  process.exit(2);
}
console.log(`seed ${values.seed}, ${values.seconds} s for each target, corpus ${values.corpus}`);
Object.assign(process.env, {
  FUZZ_SECONDS: values.seconds,
  FUZZ_SEED: values.seed,
  FUZZ_CORPUS: values.corpus,
  ...(values.targets === undefined ? {} : { FUZZ_TARGETS: values.targets }),
});
run(process.execPath, [join(root, 'tools/dev/jest.mjs'), 'fuzz', '--silent=false'], 'fuzzing');
