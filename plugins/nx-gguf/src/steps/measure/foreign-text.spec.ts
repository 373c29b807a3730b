import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../store/testing/temporary-store.js';
import { foreignText, foreignTextWords } from './foreign-text.js';

const utf16 = Buffer.from('\uFEFFwords', 'utf16le');
const long = `${'a'.repeat((1 << 20) - 1)}é`;

describe('a text that is none in UTF-8', () => {
  it.each<[string, Uint8Array | string | null, RegExp | null]>([
    ['UTF-8', 'Grüße, 喜び\r\n', null],
    ['nothing', '', null],
    ['a file that is not there', null, null],
    ['UTF-8 with its mark', '\uFEFFwords', null],
    ['a character on two reads', long, null],
    ['UTF-16', utf16, /^t\.txt is UTF-16, .*iconv/],
    ['UTF-16 of the other order', Buffer.from(utf16).swap16(), /is UTF-16/],
    ['UTF-16 without its mark', Buffer.from('words', 'utf16le'), /a byte of zero at 1,/],
    ['Latin-1', Buffer.from('Grüße', 'latin1'), /is no UTF-8 \(before byte 5\)/],
    ['a cut character', Buffer.from('Grü').subarray(0, 3), /ends within a character/],
  ])('%s', async (...[, text, words]) => {
    const directory = temporaryDirectory();
    if (text !== null) writeFileSync(join(directory, 't.txt'), text);
    const sign = await foreignText('t.txt', { directory });
    expect(sign === null ? null : foreignTextWords('t.txt', sign)).toEqual(
      words === null ? null : expect.stringMatching(words),
    );
  });
});
