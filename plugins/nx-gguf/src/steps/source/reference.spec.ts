import { referenceStep } from './reference.js';

const files = (...names: string[]) =>
  names.map((name, index) => ({ name, sha256: String(index).repeat(64), sizeBytes: 1 }));

describe('the files of a reference', () => {
  it.each([
    [['README.md', 'quants/m.gguf'], ['m.gguf']],
    [
      ['a/m-00002-of-00002.gguf', 'a/m-00001-of-00002.gguf'],
      ['m-00001-of-00002.gguf', 'm-00002-of-00002.gguf'],
    ],
  ])('%j', (given, names) => {
    expect(referenceStep('r', files(...given)).action.inputs.map(({ name }) => name)).toEqual(names);
  });

  it.each([
    [['m.gguf', 'n.gguf'], 'REFERENCE_AMBIGUOUS'],
    [['README.md'], 'REFERENCE_AMBIGUOUS'],
    [['m-00001-of-00003.gguf'], 'REFERENCE_INCOMPLETE'],
  ])('%j: %s', (given, code) => {
    expect(() => referenceStep('r', files(...given))).toThrow(
      expect.objectContaining({
        code,
        hint: expect.stringContaining('references.r.source') as string,
      }) as Error,
    );
  });
});
