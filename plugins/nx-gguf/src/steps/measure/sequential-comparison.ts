import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { counted } from '../../core/counted.js';
import type { Json } from '../../core/json/canonical-json.js';
import { GgufError } from '../../core/errors.js';
import type { SequentialComparison } from '../../core/generated/comparison.generated.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import type { ChunkRow } from '../../kld/tool/chunk-row.js';
import { compareSequentially } from '../../kld/statistics/compare-sequentially.js';
import { ordinaryRule, type StoppingRule } from '../../kld/statistics/confidence-sequence.js';
import { baseFindings, type BaseFacts } from './base-facts.js';
import { basePass } from './base-pass.js';
import { isKeptBaseFailure, keptShape } from './kept-base.js';
import { baseArgs, kldBaseAction } from './kld-base.js';
import { variantArgs, type KldStep } from './kld.js';
import { readyMembers, sizesFor, type MeasureSettings } from './measure.js';
import { readyBase } from './ready-base.js';
import type { MeasuredMember } from './measure-pass.js';
import { recall } from '../run-cached.js';
import { actionKey, inputsOf, type Step, type Workbench } from '../step.js';

/** Two measurements on one base that need not be finished. */
export interface SequentialInputs {
  a: KldStep;
  b: KldStep;
  confidencePercent: number;
  /** Chunks after which it ends undecided; null for all there are. */
  budgetChunks: number | null;
  settings: MeasureSettings;
}

/**
 * Measures two models on one base pass, or on kept base logits, until it is decided which is closer, and ends
 * all processes then. A step of its own: its result is no measurement, and has another name and another key
 * than one.
 */
export function sequentialStep({ a, b, confidencePercent, budgetChunks, settings }: SequentialInputs): Step {
  const { base } = a;
  const rule = { ...ordinaryRule, confidencePercent };
  return {
    action: {
      step: 'kld-sequential',
      version: stepRegistry['kld-sequential'].logicVersion,
      parameters: {
        base: baseArgs(base),
        a: variantArgs(a),
        b: variantArgs(b),
        names: [a.name, b.name],
        rule,
        budgetChunks,
      },
      inputs: [
        ...inputsOf('model', base.model),
        ...inputsOf('corpus', [base.corpus]),
        ...inputsOf('a', a.variant),
        ...inputsOf('b', b.variant),
      ],
      toolchain: base.toolchain,
    },
    run: async (bench) => {
      const { comparison, chunks, facts } = await follow({ a, b, settings }, bench, (total) => ({
        ...rule,
        budgetChunks: Math.min(total, budgetChunks ?? total),
      }));
      return {
        files: [],
        facts: { comparison: comparison as unknown as Json, chunks, ...facts },
        commands: [baseArgs(base), variantArgs(a), variantArgs(b)].map((args) => [
          'llama-perplexity',
          ...args,
        ]),
      };
    },
    findings: (facts) => {
      const { chunks } = facts;
      return [
        ...baseFindings(base, facts, chunks),
        ...(typeof chunks === 'number' && budgetChunks !== null && budgetChunks > chunks
          ? [
              `--chunks is ${budgetChunks}, and the evaluation has ${counted(chunks, 'chunk')}: it ends after these`,
            ]
          : []),
      ];
    },
  };
}

/** What is known when a comparison has ended: its result, the chunks of the text, and the facts of the base. */
interface Followed {
  comparison: SequentialComparison;
  chunks: number | null;
  facts: BaseFacts;
}

type Sides = Pick<SequentialInputs, 'a' | 'b' | 'settings'>;
type RuleFor = (totalChunks: number) => StoppingRule;

/**
 * On kept base logits if there are some here, which saves the base pass and changes no digit; when they turn
 * out to be of no use, on a base pass.
 */
async function follow(sides: Sides, bench: Workbench, ruleFor: RuleFor): Promise<Followed> {
  const kept = await recall(bench.store, actionKey(kldBaseAction(sides.a.base)), true);
  if (kept === null || keptShape(kept) === null) return followOn(null, sides, { bench, ruleFor });
  try {
    return await followOn(kept, sides, { bench, ruleFor });
  } catch (error) {
    if (!isKeptBaseFailure(error)) throw error;
    bench.report({ type: 'warning', message: `${error.message}; the base logits are computed` });
    return followOn(null, sides, { bench, ruleFor });
  }
}

async function followOn(
  kept: Manifest | null,
  { a, b, settings }: Sides,
  { bench, ruleFor }: { bench: Workbench; ruleFor: RuleFor },
): Promise<Followed> {
  const { base } = a;
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, ...(bench.signal === undefined ? [] : [bench.signal])]);
  const rows = new Map<KldStep, ChunkRow[]>([
    [a, []],
    [b, []],
  ]);
  const failures: unknown[] = [];
  const decided: { result: SequentialComparison | null } = { result: null };
  // Without one side the other decides nothing.
  const fail = (error: unknown): void => {
    failures.push(error);
    over.abort();
  };
  const side = (step: KldStep) => ({ name: step.name, rows: rows.get(step) ?? [] });

  const { vocabulary, facts } = await readyBase(base, kept, bench);
  const place = kept === null ? 'computed' : 'kept';
  const members = await readyMembers(
    await Promise.all(
      [a, b].map((step, index) =>
        memberOf(step, benchIn(`${place}-${index + 1}`, { ...bench, signal }), fail),
      ),
    ),
    vocabulary,
  );
  if (failures.length > 0) throw failures[0];
  const { threads } = sizesFor(base, members, { settings, bench, kept, vocabulary });
  bench.report({
    type: 'step',
    message: `measuring ${a.name} and ${b.name} on ${kept === null ? 'one base pass' : 'the kept base logits'} until it is decided which is closer`,
  });
  const { source, chunks } = await basePass(
    base,
    { ...settings, base: 'stream' },
    {
      members,
      bench: { ...bench, signal },
      threads,
      vocabulary,
      kept,
      onRow: (step, row, totalChunks) => {
        rows.get(step)?.push(row);
        if (decided.result !== null || totalChunks === null) return;
        decided.result = compareSequentially(side(a), side(b), {
          ctx: base.parameters.ctx,
          rule: ruleFor(totalChunks),
        }).result;
        if (decided.result !== null) over.abort();
      },
    },
  );
  if ('error' in source && isKeptBaseFailure(source.error)) throw source.error;
  if (decided.result !== null) return { comparison: decided.result, chunks, facts };
  throw (
    failures[0] ??
    ('error' in source
      ? source.error
      : new GgufError('KLD_NO_STATISTICS', 'llama-perplexity ended before all chunks were compared'))
  );
}

function benchIn(directory: string, bench: Workbench): Workbench {
  return {
    ...bench,
    directory: join(bench.directory, directory),
    input: (file, as) => bench.input(file, join(directory, as)),
  };
}

/**
 * One side in a directory of its own. That it ended early is no failure; what it would have published is
 * dropped.
 */
async function memberOf(
  step: KldStep,
  bench: Workbench,
  onFailure: (error: unknown) => void,
): Promise<MeasuredMember> {
  await mkdir(bench.directory, { recursive: true });
  return {
    step,
    bench,
    finish: () => Promise.resolve(),
    fail: (error) => {
      onFailure(error);
      return Promise.resolve();
    },
  };
}
