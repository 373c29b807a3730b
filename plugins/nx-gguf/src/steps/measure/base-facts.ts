import type { Manifest } from '../../core/generated/manifest.generated.js';
import { fact } from '../facts.js';
import { foreignTextWords } from './foreign-text.js';
import type { KldBase } from './kld-base.js';
import { longContextWords } from './long-context.js';
import { shortTextWords } from './short-text.js';

/**
 * What is found in the text and the unquantized model of measurements, as facts that the results on them carry;
 * none where nothing is to be told.
 */
export interface BaseFacts {
  /** The sign that the text is none in UTF-8. */
  foreignText?: string;
  /** Tokens of the context that the model was trained on, where the chunks are longer. */
  trainedContext?: number;
}

/** The facts that kept base logits carry. */
export function keptBaseFacts(kept: Manifest): BaseFacts {
  const [foreignText, trainedContext] = [
    fact<string>(kept, 'foreignText'),
    fact<number>(kept, 'trainedContext'),
  ];
  return {
    ...(foreignText === null ? {} : { foreignText }),
    ...(trainedContext === null ? {} : { trainedContext }),
  };
}

/** What is to be told of a base, by the facts of a result on it and the chunks that its text has. */
export function baseFindings(
  { corpus, parameters }: Pick<KldBase, 'corpus' | 'parameters'>,
  { foreignText, trainedContext }: Readonly<Partial<Record<keyof BaseFacts, unknown>>>,
  chunks?: unknown,
): string[] {
  return [
    ...(typeof foreignText === 'string' ? [foreignTextWords(corpus.name, foreignText)] : []),
    ...(typeof trainedContext === 'number' ? [longContextWords(parameters.ctx, trainedContext)] : []),
    ...(typeof chunks === 'number' && parameters.chunks > chunks
      ? [shortTextWords('evaluation', { ...parameters, text: corpus.name, found: chunks })]
      : []),
  ];
}
