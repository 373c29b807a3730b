import { parsedArguments } from './parsed-arguments.js';

const usage = {
  name: 'store gc',
  does: 'removes what is old',
  options: {
    repair: { type: 'boolean', does: 'mends' },
    'keep-days': { type: 'string', value: 'N', does: 'keeps' },
  },
} as const;
const there = 'there are --repair, --keep-days';

it.each([
  ['--repiar', `unknown option --repiar (did you mean '--repair'?): ${there}`],
  ['--repairs', `unknown option --repairs (did you mean '--repair'?): ${there}`],
  ['--keepdays', `unknown option --keepdays (did you mean '--keep-days'?): ${there}`],
  ['-z', `unknown option -z: ${there}`],
  ['dist', 'unexpected argument "dist"'],
])('%s is refused with what is near, and with how the command is meant', (argument, message) => {
  expect(() => parsedArguments([argument], usage)).toThrow(
    expect.objectContaining({
      code: 'BAD_OPTIONS',
      message: `nx-gguf store gc: ${message}`,
      hint: expect.stringMatching(/\n {2}nx-gguf store gc \[--repair\] \[--keep-days N\]\n/) as string,
    }) as Error,
  );
});

it('an option of a command that has none', () => {
  expect(() => parsedArguments(['--long'], { name: 'store du', does: 'sizes' })).toThrow(
    'nx-gguf store du: unknown option --long: there are none here',
  );
});

it.each([[[]], [['a']]])('%j of two files is too little', (argv) => {
  const takes = { shown: 'A B', least: 2, most: 2 };
  expect(() => parsedArguments(argv, { name: 'diff', takes, does: 'compares' })).toThrow(
    /^nx-gguf diff: it takes A B, and (nothing|less) was given$/,
  );
});
