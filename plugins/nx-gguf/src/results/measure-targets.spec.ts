import type { Manifest } from '../core/generated/manifest.generated.js';
import { actionKey } from '../steps/step.js';
import { testEffects } from '../steps/testing/effects.js';
import { laboratory } from '../steps/testing/measured-base.js';
import { findAction } from '../store/actions.js';
import { measureTarget } from './measure-targets.js';

it('a measurement that Nx restored tells what one that is made tells', async () => {
  const lab = await laboratory();
  lab.base.parameters.chunks = 9;
  const step = await lab.variant('a.gguf');
  await lab.measure([step]);
  const restored = (await findAction(lab.effects.store, actionKey(step.action))) as Manifest;
  const effects = testEffects();
  const ref = { project: 'm', kind: 'kld', variant: 'a' } as const;
  const performed = await measureTarget(
    ref,
    {
      plan: () => Promise.resolve({ step, settings: lab.settings, toolchain: 'llama-cpp' }),
      effects: () => effects,
      known: () => Promise.resolve(restored),
      leave: (_, found) => Promise.resolve(found),
    },
    false,
  );
  expect(performed.origin).toBe('store');
  expect(effects.told).toEqual([
    {
      type: 'warning',
      message: 'evaluation.chunks is 9, and t.txt has 8 chunks of 64 tokens: all of it is read',
    },
  ]);
});
