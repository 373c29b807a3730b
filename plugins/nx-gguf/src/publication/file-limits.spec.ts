import { sizeFindings } from './file-limits.js';

it.each<[number, 'refused' | 'advised' | null]>([
  [200e9, null],
  [200e9 + 1, 'advised'],
  [500e9, 'advised'],
  [500e9 + 1, 'refused'],
])('a file of %i bytes: %s', (sizeBytes, expected) => {
  const findings = sizeFindings([
    { path: 'small.gguf', sizeBytes: 1 },
    { path: 'large.gguf', sizeBytes },
  ]);
  expect({ refused: findings.refused.length, advised: findings.advised.length }).toEqual({
    refused: expected === 'refused' ? 1 : 0,
    advised: expected === 'advised' ? 1 : 0,
  });
  expect([...findings.refused, ...findings.advised].join()).toMatch(
    expected === null ? /^$/ : /^large\.gguf has/,
  );
});
