import { join } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { GgufError, isGgufError } from '../../core/errors.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import { discardBlob } from '../../store/blobs.js';
import { isDamage } from '../../store/quarantine.js';
import { hashBlob } from '../../store/sound-blob.js';
import { baseFindings, type BaseFacts } from './base-facts.js';
import { basePass, type BasePassSettings } from './base-pass.js';
import { fact } from '../facts.js';
import { readGgufFile } from '../../files/gguf-file.js';
import { isKeptBaseFailure, keptAmount, keptPerplexity, keptShape } from './kept-base.js';
import { kldBaseAction, type KldBase } from './kld-base.js';
import type { KldStep } from './kld.js';
import { linkModel } from '../gguf/link-model.js';
import type { MeasuredMember } from './measure-pass.js';
import { linkBase, readyBase, vocabularyIn } from './ready-base.js';
import { passSizes, type Machine } from './pass-sizing.js';
import type { SharedBench, SharedWork } from '../run-cached-together.js';
import type { Step, StepOutcome, Workbench } from '../step.js';

/** How measurements are done. Nothing of it changes a result. */
export interface MeasureSettings extends BasePassSettings {
  /** Most variants at once; as many as there is memory for when undefined. */
  parallel: number | undefined;
  /** A kept base goes to the team's store too, whenever it was kept. */
  shareBase: boolean;
  machine: Machine;
}

const attempts = 3;

/**
 * The work that measurements on one base share: a pass of the unquantized model, or the logits that an
 * earlier one left.
 */
export function measuring(base: KldBase, settings: MeasureSettings): SharedWork<KldStep> {
  return {
    action: kldBaseAction(base),
    run: (members, bench) => measureAll(base, settings, { members, bench }),
  };
}

/** Computes base logits ahead, and keeps them whatever their size. */
export function kldBaseStep(base: KldBase, settings: MeasureSettings): Step {
  return {
    action: kldBaseAction(base),
    isSharedByWish: settings.shareBase,
    run: async (bench) => {
      const { vocabulary, facts } = await readyBase(base, null, bench);
      const { threads } = sizesFor(base, [], { settings, bench, kept: null, vocabulary });
      for (let attempt = 1; ; attempt += 1) {
        const { outcome } = await basePass(
          base,
          { ...settings, base: 'keep' },
          { members: [], bench, threads, vocabulary, kept: null },
        );
        if (outcome !== null && !(outcome instanceof Error)) return withFacts(outcome, facts);
        const isLost = isGgufError(outcome) && outcome.code === 'KLD_NO_STATISTICS';
        if (!isLost || attempt === attempts) throw outcome ?? new Error('the base was not kept');
        bench.report({ type: 'warning', message: `${outcome.message}; it runs again` });
      }
    },
    findings: (facts) => baseFindings(base, facts, facts['chunks']),
  };
}

async function measureAll(
  base: KldBase,
  settings: MeasureSettings,
  { members, bench }: { members: readonly MeasuredMember[]; bench: SharedBench },
): Promise<void> {
  let kept = usable(await bench.kept(wantedFromElsewhere(settings)));
  if (kept !== null && settings.shareBase) await bench.share(kept);
  const { vocabulary, facts } = await readyBase(base, kept, bench);
  let rest = (await readyMembers(members, vocabulary)).map((member): MeasuredMember => ({
    ...member,
    finish: (outcome) => member.finish(withFacts(outcome, facts)),
  }));
  const losses = new Map<MeasuredMember['step'], number>();
  while (rest.length > 0) {
    const sizes = sizesFor(base, rest, { settings, bench, kept, vocabulary });
    const now = rest.slice(0, sizes.variants);
    bench.report({
      type: 'step',
      message: `measuring ${now.map(({ step }) => step.name).join(', ')} on ${kept === null ? 'one base pass' : 'the kept base logits'}: ${sizes.threads === 1 ? '1 thread' : `${sizes.threads} threads`} each, about ${prettyBytes(sizes.memoryBytes, { binary: true, maximumFractionDigits: 1 })} of memory`,
    });
    if (sizes.memoryBytes > settings.machine.freeMemoryBytes())
      bench.report({
        type: 'warning',
        message: 'that is more memory than is free now: the system may swap, or end a process',
      });
    const { lost, starved, source, outcome } = await basePass(base, settings, {
      members: now,
      bench,
      threads: sizes.threads,
      vocabulary,
      kept,
    });
    const isUseless = kept !== null && 'error' in source && isKeptBaseFailure(source.error);
    if (isUseless) await forget(kept, bench, { base, why: source.error as Error });
    else if ('error' in source) await Promise.all(starved.map(({ fail }) => fail(source.error)));
    kept = isUseless ? null : (kept ?? (await keepIfMade(outcome, facts, { bench, settings })));
    const repeated = [...lost, ...(isUseless ? starved : [])];
    for (const member of repeated) losses.set(member.step, (losses.get(member.step) ?? 0) + 1);
    const hopeless = repeated.filter((member) => losses.get(member.step) === attempts);
    await Promise.all(hopeless.map(({ fail }) => fail(lostWords())));
    const retried = repeated.filter((member) => !hopeless.includes(member));
    const wordless = retried.filter((member) => lost.includes(member));
    if (wordless.length > 0)
      bench.report({
        type: 'warning',
        message: `llama-perplexity ended without its last lines for ${wordless.map(({ step }) => step.name).join(', ')}; measuring again`,
      });
    rest = [...rest.slice(sizes.variants), ...retried];
  }
}

/** How many variants run at once, and with how many threads. */
export function sizesFor(
  base: KldBase,
  members: readonly MeasuredMember[],
  {
    settings,
    bench,
    kept,
    vocabulary,
  }: { settings: MeasureSettings; bench: Workbench; kept: Manifest | null; vocabulary: number },
) {
  const { model, parameters } = base;
  return passSizes(
    {
      model,
      variants: members.map(({ step }) => step.variant),
      vocabulary,
      parameters,
      computesBase: kept === null,
      threads: bench.threads,
      parallel: settings.parallel,
    },
    settings.machine,
  );
}

/**
 * Whether the kept logits of others are worth a download: with `stream` they are not, because they are many
 * times as large as the measured model.
 */
function wantedFromElsewhere({
  base,
  baseLimitBytes,
}: MeasureSettings): ((found: Manifest) => boolean) | null {
  if (base === 'stream') return null;
  return (found) => base === 'keep' || (fact<number>(found, 'rawBytes') ?? Infinity) <= baseLimitBytes;
}

/** Kept logits whose manifest says what they are, and what the pass that made them ended with. */
function usable(kept: Manifest | null): Manifest | null {
  return kept !== null && keptShape(kept) !== null && keptPerplexity(kept) !== null ? kept : null;
}

/** Removes kept logits that cannot be read, and makes the base ready to be computed. */
async function forget(
  kept: Manifest | null,
  bench: SharedBench,
  { base, why }: { base: KldBase; why: Error },
): Promise<void> {
  bench.report({ type: 'warning', message: `${why.message}; the base logits are computed again` });
  for (const file of kept?.files ?? []) {
    // Damage goes to quarantine; what is sound and of no use is removed.
    await hashBlob(bench.store, file).catch((error: unknown) => {
      if (!isDamage(error)) throw error;
    });
    await discardBlob(bench.store, file.sha256);
  }
  await linkBase(base, bench);
}

/** Puts the kept base into the store. That it could not be kept is no failure of a measurement. */
async function keepIfMade(
  outcome: StepOutcome | Error | null,
  facts: BaseFacts,
  { bench, settings: { shareBase } }: { bench: SharedBench; settings: MeasureSettings },
): Promise<Manifest | null> {
  if (outcome === null) return null;
  try {
    if (outcome instanceof Error) throw outcome;
    const kept = await bench.keep(withFacts(outcome, facts));
    bench.report({ type: 'step', message: `kept the base logits: ${keptAmount(kept) ?? ''}` });
    if (shareBase) await bench.share(kept);
    return kept;
  } catch (error) {
    const isDecided = isGgufError(error) && error.code === 'KLD_BASE_NOT_KEPT';
    if (bench.signal?.aborted !== true)
      bench.report({
        type: isDecided ? 'step' : 'warning',
        message: `the base logits are not kept: ${(error as Error).message}`,
      });
    return null;
  }
}

/** The members whose model can be read and has the base's vocabulary; the others have failed. */
export async function readyMembers(
  members: readonly MeasuredMember[],
  vocabulary: number,
): Promise<MeasuredMember[]> {
  const ready: MeasuredMember[] = [];
  for (const member of members) {
    try {
      const name = await linkModel(member.step.variant, member.bench);
      const own = vocabularyIn(await readGgufFile(join(member.bench.directory, name)));
      if (own !== vocabulary)
        throw new GgufError(
          'KLD_VOCABULARY_MISMATCH',
          `${name} has a vocabulary of ${own} tokens, the unquantized model one of ${vocabulary}`,
          { hint: 'Base and variant must be made from the same model.' },
        );
      ready.push(member);
    } catch (error) {
      await member.fail(error);
    }
  }
  return ready;
}

function withFacts(outcome: StepOutcome, facts: BaseFacts): StepOutcome {
  return { ...outcome, facts: { ...outcome.facts, ...facts } };
}

function lostWords(): GgufError {
  return new GgufError(
    'KLD_NO_STATISTICS',
    `llama-perplexity ended without its last lines ${attempts} times`,
    { hint: 'A toolchain that nx-gguf builds waits for them; one of ready binaries may not.' },
  );
}
