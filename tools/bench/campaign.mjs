#!/usr/bin/env node
// The end-to-end suites that an ordinary run keeps short, at length: `campaign.mjs [<seed> [<rounds>]]`.
// Kills at many moments, a disk that is full at every 12 MiB, every type of llama-quantize with rules and
// without.
import { run } from '../dev/run.mjs';

const [seed = '1', rounds = '10'] = process.argv.slice(2);
run(
  process.execPath,
  [
    'tools/dev/jest.mjs',
    'e2e',
    'nx-gguf/e2e/(disk-full|kld-stream|rules-agreement|tensor-reuse|tensor-sharing)',
  ],
  `end-to-end campaign with seed ${seed}, ${rounds} rounds`,
  { NX_GGUF_E2E_CAMPAIGN: `${seed}:${rounds}` },
);
