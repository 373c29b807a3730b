import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { GgufError } from './core/errors.js';
import { imatrixCoverageText } from './report/imatrix-coverage-text.js';
import { diffText, inspectionText } from './report/inspection.js';
import { textTable } from './report/text-table.js';
import { progressReporter } from './terminal/progress.js';
import { errorText, plainError } from './terminal/report-error.js';
import { terminalLine, terminalMessage, terminalText } from './terminal/terminal-text.js';

const acting =
  '\u001b[2K\u001b]8;;http://evil\u0007\u009b1A\r\u0000\u007f\u202egpj\u2066\u200b\u2028\u2029\u0085\ud800';
const commands = [
  '::error::no',
  ' ::set-env name=PATH::x',
  '##[group]x',
  "##teamcity[setParameter name='x']",
  'a##vso[task.setvariable]x',
];
const hostile = `${acting}\n${commands.join('\n')}\nwarning: all is well`;

function reported(event: Parameters<ReturnType<typeof progressReporter>['report']>[0], isTerminal = false) {
  let written = '';
  let ms = 0;
  const { report } = progressReporter({
    write: (text) => {
      written += text;
    },
    isTerminal,
    nowMs: () => (ms += 10_000),
  });
  if (event.type === 'progress') report({ ...event, done: 0 });
  report(event);
  // Our own sequences, which move among the lines of progress.
  return written.replaceAll(/\r|\u001b\[(?:J|\?7[lh]|\d+A)/g, '');
}
const progress = (name: string) =>
  ({
    type: 'progress',
    label: name,
    done: 5,
    total: 5,
    unit: 'tensors',
    parts: [{ name, done: 5, figure: name }],
  }) as const;
const inspection = (text: string): string =>
  inspectionText({
    version: 3,
    architecture: text,
    fileSizeBytes: 1,
    elements: 1,
    bitsPerWeight: 1,
    alignment: 32,
    tensorsByType: {},
    imatrix: { [text]: text },
    metadata: [{ key: text, type: 'string', value: text }],
    roles: [],
    tensors: [{ name: text, type: 'f32', shape: [1], offset: 0, sizeBytes: 4 }],
  } as unknown as Parameters<typeof inspectionText>[0]);

/** Places where a text from outside is shown, and whether it may have lines of its own there. */
const sinks: [string, (text: string) => string, 'lines'?][] = [
  ['an error', (text) => errorText(new GgufError('MODEL_EMPTY', text)), 'lines'],
  ['a hint', (text) => errorText(new GgufError('MODEL_EMPTY', 'no', { hint: text })), 'lines'],
  ['the output of a tool', (text) => errorText(new GgufError('TOOL_FAILED', 'no', { tail: [text] }))],
  ['an error of a library', (text) => errorText(new Error(text)), 'lines'],
  ['an error of a hook', (text) => plainError(new GgufError('MODEL_EMPTY', text)).message, 'lines'],
  ['a warning', (message) => reported({ type: 'warning', message }), 'lines'],
  ['a step', (message) => reported({ type: 'step', message }), 'lines'],
  ['progress on a terminal', (text) => reported(progress(text), true)],
  ['progress elsewhere', (text) => reported(progress(text))],
  ['what is printed', terminalText, 'lines'],
  ['a name in a line', terminalLine],
  ['JSON', (text) => terminalText(JSON.stringify({ [text]: text }))],
  ['inspect', (text) => terminalText(inspection(text))],
  [
    'diff',
    (text) =>
      terminalText(
        diffText({
          file: [{ what: text, a: text, b: text }],
          metadata: [{ key: text, kind: 'value', a: text, b: text }],
          tensors: [{ tensor: text, kind: 'type', a: text, b: text }],
          tensorsCompared: 1,
        } as unknown as Parameters<typeof diffText>[0]),
      ),
  ],
  ['a table', (text) => terminalText(textTable([['a'], [text]]))],
  [
    'notes of a matrix',
    (text) =>
      terminalText(
        imatrixCoverageText({ tensors: 1, covered: 0, withoutData: [text], notCollected: [text] } as never),
      ),
  ],
];

describe.each(sinks)('text from outside in %s', (_, show, has) => {
  const shown = show(hostile);

  it('does not act', () => {
    expect(shown).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b]/u);
    expect(shown).toContain(String.raw`\u202e`);
  });

  it('is no command of a CI', () => {
    expect(shown).not.toMatch(/^\s*::|##[a-z]*\[/m);
  });

  it('begins no line that it must not begin', () => {
    if (has === undefined) expect(shown.split('\n')).toHaveLength(show('harmless').split('\n').length);
    else if (show !== terminalText) expect(shown).not.toMatch(/^warning: all/m);
  });

  it('is readable where it is only text', () => {
    expect(show('日本語 é 👩\u200d👧 ü')).toContain('日本語 é 👩\u200d👧 ü');
  });
});

it('JSON keeps its value', () => {
  expect(JSON.parse(terminalText(JSON.stringify({ [hostile]: hostile })))).toEqual({
    [hostile]: hostile,
  });
});

it('long texts are cut, with a count of the rest', () => {
  expect(terminalLine('x'.repeat(100_000))).toMatch(/^x{400}… \(99,600 more characters\)$/);
  const message = terminalMessage('y\n'.repeat(3_000));
  expect(message.split('\n')).toHaveLength(501);
  expect(message).toMatch(/… and 2,501 more lines$/);
});

it('nothing is written past it', () => {
  const source = import.meta.dirname;
  const written = globSync(['**/*.ts'], { cwd: source, ignore: ['**/*.spec.ts', '**/testing/**'] }).flatMap(
    (file) =>
      readFileSync(join(source, file), 'utf8')
        .split('\n')
        .filter((line) => /console\.|std(?:out|err)\.write\(/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
  );
  expect(written.length).toBeGreaterThan(8);
  const safe = /\.write\((?:`\$\{terminal(?:Text|Message)\(|terminalText\(|errorText\()/;
  // The lines of progress are made of shown texts, and of sequences of our own.
  const ofProgress = /: write: \(text\) => process\.std(?:out|err)\.write\(text\),$/;
  expect(written.filter((line) => !safe.test(line) && !ofProgress.test(line))).toEqual([]);
});
