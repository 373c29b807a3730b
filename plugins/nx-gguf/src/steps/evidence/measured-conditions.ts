import { digestOf } from '../../core/digest.js';
import type { Json } from '../../core/json/canonical-json.js';
import type { KldResult, KldStatistics } from '../../core/generated/kld.generated.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import {
  conditionsOf,
  filesText,
  settingsText,
  type MeasuringConditions,
} from '../../kld/statistics/conditions.js';
import { fact } from '../facts.js';

/** What the flags of llama-perplexity are called in a result. */
const flags: Readonly<Record<string, string>> = {
  '-c': 'ctx',
  '-b': 'batch',
  '-ub': 'ubatch',
  '-ngl': 'gpuLayers',
  '-dev': 'device',
  '--rpc': 'rpc',
  '-fa': 'flashAttention',
};

/**
 * What a measurement's manifest says that it was measured on and how; the result that it names says the same.
 */
export function measuredConditions(
  manifest: Pick<Manifest, 'facts' | 'provenance'>,
  result: KldResult | null = null,
): MeasuringConditions {
  if (result !== null) return conditionsOf(result);
  const { inputs, toolchain, commands } = manifest.provenance;
  const digests = (role: string) => filesText(inputs.filter((input) => input.role === role));
  const settings = settingsOf(commands[0] ?? []);
  return {
    base: digests('model'),
    text: digests('corpus'),
    settings: settings === null ? null : settingsText(settings),
    tools: toolchain === null ? null : digestOf(toolchain as Json),
    chunks: fact<KldStatistics>(manifest, 'statistics')?.chunks ?? null,
  };
}

function settingsOf(argv: readonly string[]): Record<string, string> | null {
  const found = argv.flatMap((flag, index): [string, string][] => {
    const name = flags[flag];
    return name === undefined ? [] : [[name, argv[index + 1] ?? '']];
  });
  return found.length === 0 ? null : Object.fromEntries(found);
}
