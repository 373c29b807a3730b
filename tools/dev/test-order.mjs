import { basename } from 'node:path';
import TestSequencer from '@jest/test-sequencer';

/** The longest end-to-end suites: begun last, each would keep one core waiting for the other. */
const longest = [
  'invalidation',
  'kld-stream',
  'recipe',
  'interruption',
  'disk-full',
  'tensor-reuse-qwen35',
  'tensor-reuse-llama',
  'tensor-reuse-mixture',
  'upstream',
  'team-cache',
  'tensor-sharing',
];

/**
 * Unit tests first, which tell most for the least time; then the end-to-end tests, the longest ones first.
 */
export default class TestOrder extends TestSequencer {
  sort(tests) {
    return super
      .sort(tests)
      .map((test) => ({ test, place: placeOf(test.path) }))
      .sort((a, b) => a.place - b.place)
      .map(({ test }) => test);
  }
}

function placeOf(path) {
  if (!path.endsWith('.e2e.ts')) return 0;
  const place = longest.indexOf(basename(path, '.e2e.ts'));
  return 1 + (place === -1 ? longest.length : place);
}
