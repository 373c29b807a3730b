import { GgufError } from '../../core/errors.js';
import type { QuantizationPlan } from '../../core/generated/plan.generated.js';

/**
 * Compares what was made with the plan, tensor by tensor.
 * @throws GgufError `PLAN_NOT_KEPT` that lists the tensors that differ.
 */
export function requireAsPlanned(
  plan: QuantizationPlan,
  made: Readonly<Record<string, string>>,
  name: string,
): void {
  const planned = new Map(plan.tensors.map((tensor) => [tensor.name, tensor.to]));
  const differing = [
    ...[...planned].flatMap(([tensor, to]) =>
      made[tensor] === to ? [] : [`${tensor}: planned ${to}, made ${made[tensor] ?? 'nothing'}`],
    ),
    ...Object.keys(made).flatMap((tensor) =>
      planned.has(tensor) ? [] : [`${tensor}: not planned, made ${made[tensor] ?? ''}`],
    ),
  ];
  if (differing.length === 0) return;
  const shown = differing.slice(0, 20);
  throw new GgufError(
    'PLAN_NOT_KEPT',
    `${name}: llama-quantize made ${differing.length === 1 ? 'a tensor' : `${differing.length} tensors`} that the plan does not have\n${shown.join('\n')}${differing.length > shown.length ? '\n…' : ''}`,
    {
      hint: 'The dry run and the run of llama-quantize differ: is the toolchain the one that the plan was made with? Nothing was kept.',
    },
  );
}
