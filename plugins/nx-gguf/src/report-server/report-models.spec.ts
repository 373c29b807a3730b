import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { sampleEvidence } from '../report/testing/sample-evidence.js';
import type { Step } from '../steps/step.js';
import type { RecipePorts } from '../recipe/ports.js';
import { reportOfModels } from './report-models.js';

const directory = mkdtempSync(join(tmpdir(), 'nx-gguf-report-models-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** Ports over a workspace in which the report of every model left this evidence. */
function resultsWith(evidence: object): { results: RecipePorts; performed: Step[] } {
  const path = join(directory, 'evidence.json');
  writeFileSync(path, JSON.stringify(evidence));
  const performed: Step[] = [];
  const manifest: Manifest = {
    format: 1,
    step: 'report',
    actionKey: 'a'.repeat(64),
    files: [{ name: 'evidence.json', sizeBytes: 1, sha256: 'b'.repeat(64) }],
    facts: {},
    provenance: { inputs: [], toolchain: null, commands: [] },
  };
  const results = {
    environment: { workspace: { root: directory } },
    upstream: () => Promise.resolve(manifest),
    resolve: () => Promise.resolve(path),
    perform: (step: Step) => {
      performed.push(step);
      return Promise.resolve(manifest);
    },
  } as unknown as RecipePorts;
  return { results, performed };
}

describe('the page about several models', () => {
  it('is made of the evidence that their reports left', async () => {
    const { results, performed } = resultsWith(sampleEvidence());
    await reportOfModels({ project: 'models', kind: 'report' }, ['sample'], results);
    expect(performed.map(({ action }) => action.inputs[0]?.name)).toEqual(['sample.json']);
    expect(
      JSON.parse(readFileSync(join(directory, 'dist/models/report/artifact.json'), 'utf8')),
    ).toMatchObject({ step: 'report' });
  });

  it('is not made of evidence of another version, and says what makes it anew', async () => {
    const { apart, ...older } = sampleEvidence();
    const { results, performed } = resultsWith(older);
    expect(apart).toEqual([]);
    await expect(
      reportOfModels({ project: 'models', kind: 'report' }, ['sample'], results),
    ).rejects.toMatchObject({
      code: 'REPORT_OUTDATED',
      hint: 'Run `nx run sample:report`, which makes it anew.',
    });
    expect(performed).toEqual([]);
  });
});
