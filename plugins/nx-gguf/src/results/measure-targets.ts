import type { Manifest } from '../core/generated/manifest.generated.js';
import { kldBaseAction } from '../steps/measure/kld-base.js';
import { measuring } from '../steps/measure/measure.js';
import { tellFindings, type Effects, type Performed } from '../steps/run-cached.js';
import { runCachedTogether, type Ending } from '../steps/run-cached-together.js';
import { actionKey, type Action } from '../steps/step.js';
import type { ResolvedMeasurement } from '../recipe/measurement-recipe.js';
import type { TargetRef } from '../core/target.js';

/** Receives how the measurement of a target ended. */
export type MeasuringEnded = (ref: TargetRef, ending: Ending) => Promise<void>;

/** The ports that measuring needs. */
export interface MeasuringPorts {
  plan: (ref: TargetRef) => Promise<ResolvedMeasurement>;
  effects: (toolchain: string) => Effects;
  /** The result of a step that Nx restored into the workspace and that the store does not know. */
  known: (ref: TargetRef, action: Action) => Promise<Manifest | null>;
  /** Leaves a result where Nx expects it. */
  leave: (ref: TargetRef, performed: Performed) => Promise<Performed>;
}

type Planned = ResolvedMeasurement & { ref: TargetRef };

/**
 * The artifacts of `kld` targets; those on the same base are measured together, and each is told as soon as
 * it is there.
 */
export async function measureTargets(
  refs: readonly TargetRef[],
  ports: MeasuringPorts,
  { needFiles, ended }: { needFiles: boolean; ended: MeasuringEnded },
): Promise<void> {
  const groups = new Map<string, Planned[]>();
  for (const ref of refs) {
    try {
      const planned = await ports.plan(ref);
      const manifest = await ports.known(ref, planned.step.action);
      if (manifest !== null) {
        tellFindings(planned.step, manifest, ports.effects(planned.toolchain).report);
        await ended(ref, await ports.leave(ref, { manifest, origin: 'store' }));
        continue;
      }
      const key = actionKey(kldBaseAction(planned.step.base));
      groups.set(key, [...(groups.get(key) ?? []), { ...planned, ref }]);
    } catch (error) {
      await ended(ref, { error });
    }
  }
  for (const group of groups.values()) await measureGroup(group, ports, { needFiles, ended });
}

/** The artifact of one `kld` target. */
export async function measureTarget(
  ref: TargetRef,
  ports: MeasuringPorts,
  needFiles: boolean,
): Promise<Performed> {
  const endings: Ending[] = [];
  await measureTargets([ref], ports, {
    needFiles,
    ended: (_, ending) => Promise.resolve(void endings.push(ending)),
  });
  const [ending] = endings;
  if (ending === undefined) throw new Error('the measurement has no result');
  if ('error' in ending) throw ending.error;
  return ending;
}

async function measureGroup(
  group: readonly Planned[],
  { effects, leave }: MeasuringPorts,
  { needFiles, ended }: { needFiles: boolean; ended: MeasuringEnded },
): Promise<void> {
  const [first] = group;
  if (first === undefined) return;
  const refs = new Map(group.map(({ step, ref }) => [step, ref]));
  await runCachedTogether(
    group.map(({ step }) => step),
    measuring(first.step.base, first.settings),
    {
      effects: effects(first.toolchain),
      needFiles,
      ended: async (step, ending) => {
        const ref = refs.get(step) ?? first.ref;
        await ended(
          ref,
          'error' in ending ? ending : await leave(ref, ending).catch((error: unknown) => ({ error })),
        );
      },
    },
  );
}
