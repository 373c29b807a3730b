import { readFileSync } from 'node:fs';
import type { KldSubject } from '../../core/generated/kld.generated.js';
import { parseAs } from '../../core/validate.js';
import { withBasePerplexity } from '../statistics/base-perplexity.js';
import { kldReader } from './kld-reader.js';
import { kldResult, kldText } from './kld-result.js';
import { toolLines } from './perplexity-failures.js';

const subject: KldSubject = {
  variant: [{ name: 'm-Q4.gguf', sha256: 'a'.repeat(64) }],
  base: [{ name: 'm.gguf', sha256: 'b'.repeat(64) }],
  corpus: { name: 'wiki.test.raw', sha256: 'c'.repeat(64) },
  parameters: { ctx: 64, chunks: 8, batch: 64, ubatch: 64 },
  toolchain: 'd'.repeat(64),
};
const figures = (log: string) => {
  const reader = kldReader();
  for (const line of toolLines(readFileSync(new URL(`../recorded/${log}.log`, import.meta.url), 'utf8')))
    reader.line(line);
  const basePerplexity = { final: { value: 666.9415, error: 69.67815 }, running: [] };
  return { ...reader.result(), basePerplexity };
};

describe('kldResult', () => {
  it('is the figures with what they belong to, and reads back as it was written', () => {
    const result = kldResult(figures('variant'), subject);
    const { statistics, running, basePerplexity } = figures('variant');
    expect(result).toEqual({
      format: 1,
      method: 'llama-perplexity',
      subject,
      statistics: withBasePerplexity(statistics, running, basePerplexity),
      running,
    });
    expect(parseAs('kld', kldText(result), 'kld.json')).toEqual(result);
  });

  it('has one text, whatever the order in which its parts were made, and however the tool wrote its lines', () => {
    const turned = Object.fromEntries(Object.entries(subject).reverse()) as unknown as KldSubject;
    expect(kldText(kldResult(figures('variant-with-prefix'), turned))).toBe(
      kldText(kldResult(figures('variant'), subject)),
    );
  });

  it('refuses a context that came from other base logits', () => {
    expect(() =>
      kldResult(figures('context-of-base'), { ...subject, parameters: { ...subject.parameters, ctx: 128 } }),
    ).toThrow(
      expect.objectContaining({
        code: 'KLD_CONTEXT_MISMATCH',
        message: expect.stringContaining('64 tokens, not 128') as string,
      }) as Error,
    );
  });

  it('is checked against its schema', () => {
    expect(() => kldResult(figures('variant'), { ...subject, toolchain: 'none' })).toThrow(
      expect.objectContaining({ code: 'BAD_KLD' }) as Error,
    );
  });
});
