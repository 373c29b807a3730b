import { readFileSync } from 'node:fs';
import { rowSizeBytes, tensorTypeById, tensorTypeByName, tensorTypes } from './tensor-type.js';

describe('tensor types', () => {
  it('are those of the pinned library, as its own functions report them', () => {
    const recorded: unknown = JSON.parse(
      readFileSync(new URL('recorded/ggml-types.json', import.meta.url), 'utf8'),
    );
    expect(tensorTypes).toEqual(recorded);
  });

  it.each([
    ['Q4_K', 12],
    ['q4_k', 12],
    ['IQ2_xxs', 16],
    ['BF16', 30],
  ])('are found by name in any case: %s', (name, id) => {
    expect(tensorTypeByName(name)?.id).toBe(id);
  });

  it.each(['Q4_K_M', 'DEPRECATED', '', ' q4_0'])('have no name %p', (name) => {
    expect(tensorTypeByName(name)).toBeNull();
  });

  it.each([4, 5, 31, 32, 33, 36, 37, 38, 43, -1, 1.5])(
    'have no id %p, which was removed or never given',
    (id) => {
      expect(tensorTypeById(id)).toBeNull();
    },
  );

  it.each([
    ['f32', 3, 12],
    ['q8_0', 64, 68],
    ['q4_K', 512, 288],
    ['q4_K', 0, 0],
  ])('give the bytes of a row: %s of %i elements takes %i', (name, elements, bytes) => {
    expect(rowSizeBytes(type(name), elements)).toBe(bytes);
  });

  it('refuse a row that is no whole number of blocks', () => {
    expect(() => rowSizeBytes(type('q4_K'), 300)).toThrow(RangeError);
  });
});

function type(name: string) {
  const found = tensorTypeByName(name);
  if (found === null) throw new Error(name);
  return found;
}
