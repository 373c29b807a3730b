import { sha256 } from '../../core/digest.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import { resultOf } from '../../kld/testing/chunk-series.js';
import { unknownConditions } from '../../kld/statistics/conditions.js';
import { gateStep, gateSubject, type GatedModel } from './gate.js';
import { actionKey } from '../step.js';

const file = (name: string, sizeBytes: number) => ({ name, sizeBytes, sha256: sha256(name) });
const files = [file('a.gguf', 600), file('b.gguf', 424)];
const measuredOn = files.map(({ name, sha256: digest }) => ({ role: 'variant', name, sha256: digest }));
const manifest = (step: string, facts: Record<string, unknown>, of: Manifest['files'] = []): Manifest => ({
  format: 1,
  step,
  actionKey: '0'.repeat(64),
  files: of,
  facts,
  provenance: { inputs: measuredOn, toolchain: null, commands: [] },
});
const { statistics } = resultOf([0.03, 0.03]);
const q4 = (changes: Partial<GatedModel> = {}): GatedModel => ({
  name: 'Q4',
  files: manifest('quantize', { bitsPerWeight: 5 }, files),
  measured: manifest('kld', { statistics }),
  ...changes,
});

describe('gateSubject', () => {
  it('is the size of all files, the bits per weight and the statistics', () => {
    expect(gateSubject(q4())).toEqual({
      sizeBytes: 1024,
      bitsPerWeight: 5,
      statistics,
      conditions: { base: null, text: null, settings: null, tools: null, chunks: 2 },
    });
  });

  it('knows nothing that the manifests do not say', () => {
    expect(
      gateSubject(q4({ files: manifest('quantize', {}, files), measured: manifest('kld', {}) })),
    ).toEqual({ sizeBytes: 1024, bitsPerWeight: null, statistics: null, conditions: unknownConditions });
    expect(gateSubject(q4({ measured: null })).statistics).toBeNull();
    expect(gateSubject(q4({ files: manifest('quantize', {}), measured: null })).sizeBytes).toBeNull();
  });

  it('refuses the measurement of other bytes', () => {
    expect(() => gateSubject(q4({ files: manifest('quantize', {}, [file('c.gguf', 1)]) }))).toThrow(
      expect.objectContaining({ code: 'MEASURED_ANOTHER_FILE' }) as Error,
    );
  });

  it('refuses a comparison that stopped early', () => {
    expect(() => gateSubject(q4({ measured: manifest('kld-sequential', { statistics }) }))).toThrow(
      expect.objectContaining({ code: 'GATE_NEEDS_FULL_RUN' }) as Error,
    );
  });
});

describe('gateStep', () => {
  const key = (gates: Parameters<typeof gateStep>[0], model = q4()) =>
    actionKey(gateStep(gates, [model]).action);

  it('is decided by the gates, the files and what was measured', () => {
    const gates = { Q4: { atMost: { meanKld: 0.04 } } };
    expect(key(gates)).toBe(key(gates));
    expect(
      new Set([
        key(gates),
        key({ Q4: { atMost: { meanKld: 0.05 } } }),
        key(gates, q4({ files: manifest('quantize', {}, files.slice(1)), measured: null })),
        key(gates, q4({ measured: manifest('kld', { statistics: resultOf([0.031]).statistics }) })),
      ]).size,
    ).toBe(4);
  });

  it('a gate that fails is a result too', async () => {
    const run = (limit: number) => gateStep({ Q4: { atMost: { meanKld: limit } } }, [q4()]).run({} as never);
    expect(await run(0.04)).toMatchObject({ files: [], facts: { passed: true } });
    expect(await run(0.02)).toMatchObject({
      facts: { passed: false, checks: [{ variant: 'Q4', measured: 0.03 }] },
    });
  });
});
