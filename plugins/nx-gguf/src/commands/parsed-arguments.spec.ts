import { parsedArguments } from './parsed-arguments.js';

const options = { repair: { type: 'boolean' }, 'keep-days': { type: 'string' } } as const;

it.each([
  ['--repiar', `unknown option --repiar (did you mean '--repair'?): there are --repair, --keep-days`],
  ['--repairs', `unknown option --repairs (did you mean '--repair'?): there are --repair, --keep-days`],
  ['--keepdays', `unknown option --keepdays (did you mean '--keep-days'?): there are --repair, --keep-days`],
  ['-z', 'unknown option -z: there are --repair, --keep-days'],
])('%s is refused with what is near', (argument, message) => {
  expect(() => parsedArguments([argument], options, 'usage')).toThrow(
    expect.objectContaining({ code: 'BAD_OPTIONS', message, hint: 'usage' }) as Error,
  );
});

it('an option of a command that has none', () => {
  expect(() => parsedArguments(['--long'], {}, 'usage')).toThrow(
    'unknown option --long: there are none here',
  );
});
