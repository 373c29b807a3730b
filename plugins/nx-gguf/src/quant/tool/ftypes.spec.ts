import { findFtype, ftypes, readsAsFtype, unknownFtype } from './ftypes.js';

describe('findFtype', () => {
  it.each([
    ['Q4_K_M', 'Q4_K_M', 15],
    ['q4_k_m', 'Q4_K_M', 15],
    ['Q4_K', 'Q4_K_M', 15],
    ['q3_k', 'Q3_K_M', 12],
    ['15', 'Q4_K_M', 15],
    ['7', 'Q8_0', 7],
    ['0', 'F32', 0],
    ['copy', 'COPY', 0],
    ['mxfp4_moe', 'MXFP4_MOE', 38],
  ])('%s is %s', (text, name, id) => {
    expect(findFtype(text)).toEqual({ name, id });
  });

  // The tool reads a leading number and takes 2_K for Q4_0 and 7B for Q8_0.
  it.each(['Q4_K_X', '2_K', '7B', '4', '39', '', ' Q8_0', 'NVFP4'])('%p is none', (text) => {
    expect(findFtype(text)).toBeNull();
  });

  it('knows every name of the tool once', () => {
    expect(ftypes).toHaveLength(36);
    expect(new Set(ftypes.map(({ name }) => name)).size).toBe(36);
  });

  it('suggests the nearest name', () => {
    expect(unknownFtype('Q4_KM')).toBe("unknown quantization type 'Q4_KM' (did you mean 'Q4_K_M'?)");
    expect(unknownFtype('best')).toBe("unknown quantization type 'best'");
  });
});

describe('readsAsFtype', () => {
  it.each([
    ['7b.gguf', true],
    ['15', true],
    ['+1-of-2.gguf', true],
    ['copy', true],
    ['4b.gguf', false],
    ['out.gguf', false],
    ['./7b.gguf', false],
  ])('%s: %p', (argument, expected) => {
    expect(readsAsFtype(argument)).toBe(expected);
  });
});
