import type { Manifest } from '../core/generated/manifest.generated.js';
import { describeArtifact } from './describe.js';

it.each<[string, Record<string, number | null>, string]>([
  ['a matrix', { entries: 62, chunks: 16, chunkSize: 512 }, '62 entries, 16 chunks of 512 tokens'],
  ['a matrix of the older format', { entries: 62, chunks: 16, chunkSize: null }, '62 entries, 16 chunks'],
  ['a matrix that does not say it', { entries: 62, chunks: null, chunkSize: null }, '62 entries'],
])('%s is described by what is known of it', (_, facts, text) => {
  const manifest: Manifest = {
    format: 1,
    step: 'imatrix',
    actionKey: 'a',
    files: [],
    facts,
    provenance: { inputs: [], toolchain: null, commands: [] },
  };
  expect(describeArtifact(manifest, { project: 'm', kind: 'imatrix' })).toBe(`m:imatrix: ${text}`);
});
