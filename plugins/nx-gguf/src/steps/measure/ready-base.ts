import { join } from 'node:path';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import { readGgufFile } from '../../files/gguf-file.js';
import type { GgufHeader } from '../../gguf/header/header.js';
import { linkModel } from '../gguf/link-model.js';
import type { Workbench } from '../step.js';
import { baseFindings, keptBaseFacts, type BaseFacts } from './base-facts.js';
import { foreignText } from './foreign-text.js';
import { keptShape } from './kept-base.js';
import type { KldBase } from './kld-base.js';
import { trainedContext } from './long-context.js';

/** What is known of a base before its logits come. */
export interface ReadyBase {
  /** Tokens in the vocabulary of the unquantized model; 0 where it states none. */
  vocabulary: number;
  facts: BaseFacts;
}

/** Makes a base ready to be computed, unless its logits were kept. What is found in it is told before the work. */
export async function readyBase(base: KldBase, kept: Manifest | null, bench: Workbench): Promise<ReadyBase> {
  if (kept !== null) return { vocabulary: keptShape(kept)?.vocabulary ?? 0, facts: keptBaseFacts(kept) };
  await linkBase(base, bench);
  const header = await readGgufFile(join(bench.directory, base.model[0]?.name ?? ''));
  const sign = await foreignText(base.corpus.name, bench);
  const trained = trainedContext(header);
  const facts = {
    ...(sign === null ? {} : { foreignText: sign }),
    ...(trained === null || base.parameters.ctx <= trained ? {} : { trainedContext: trained }),
  };
  for (const message of baseFindings(base, facts)) bench.report({ type: 'warning', message });
  return { vocabulary: vocabularyIn(header), facts };
}

/** Makes the unquantized model and the text readable in the work directory. */
export async function linkBase({ model, corpus }: KldBase, bench: Workbench): Promise<void> {
  await linkModel(model, bench);
  await bench.input(corpus, corpus.name);
}

/** Tokens in the vocabulary of a model; 0 where it states none. */
export function vocabularyIn({ metadata }: Pick<GgufHeader, 'metadata'>): number {
  const tokens = metadata.get('tokenizer.ggml.tokens');
  return tokens?.type === 'array' ? tokens.length : 0;
}
