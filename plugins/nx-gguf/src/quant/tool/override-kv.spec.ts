import { overrideKvProblem } from './override-kv.js';

describe('overrideKvProblem', () => {
  it.each([
    'general.name=str:a=b',
    'x=str:',
    'a.b=int:0',
    'a=int:4294967295',
    'a=float:-1.5e3',
    'a=float:.5',
    'a=bool:true',
    `a=str:${'x'.repeat(127)}`,
  ])('accepts %s', (override) => {
    expect(overrideKvProblem(override)).toBeNull();
  });

  it.each([
    ['general.name', "has no '='"],
    ['=int:5', 'has no key'],
    [`${'k'.repeat(128)}=int:5`, 'more than 127 bytes'],
    ['a=5', 'needs one of the types'],
    ['a=u32:5', 'needs one of the types'],
    ['a=int:five', 'no integer'],
    ['a=int:-5', 'no integer'],
    ['a=int:4294967296', 'no integer'],
    ['a=float:1,5', 'no decimal'],
    ['a=bool:True', 'neither true nor false'],
    [`a=str:${'ä'.repeat(64)}`, 'more than 127 bytes'],
  ])('refuses %s', (override, reason) => {
    expect(overrideKvProblem(override)).toContain(reason);
  });
});
