import { sha256 } from '../core/digest.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { idOf, manifestOf } from '../store/testing/temporary-store.js';
import { manifestText } from '../store/actions.js';
import { remoteManifest, type ExpectedAction } from './remote-manifest.js';

const inputs = [{ role: 'model', name: 'm.gguf', sha256: sha256('model') }];
const expected: ExpectedAction = {
  step: 'quantize',
  actionKey: sha256('action'),
  inputs,
  toolchain: { build: 'b' },
};
const right = manifestOf(
  { 'a/b.gguf': 'bytes' },
  {
    actionKey: expected.actionKey,
    provenance: { inputs, toolchain: { build: 'b' }, commands: [['llama-quantize']] },
  },
);
const named = (...names: string[]) => ({ files: names.map((name) => ({ name, ...idOf('bytes') })) });
const change = (changes: object): string => manifestText({ ...right, ...changes });
/** A manifest with a fact as it is written. */
const facts = (text: string): string => change({ facts: { mark: 'here' } }).replace('"here"', () => text);

describe('a manifest from elsewhere', () => {
  it('is taken when it answers what was asked', () => {
    expect(remoteManifest(manifestText(right), expected)).toEqual(right);
  });

  it.each<[string, string, RegExp]>([
    ['no JSON', '<html>', /JSON/],
    ['an empty text', '', /JSON/],
    ['9,000 levels', facts(`${'['.repeat(9_000)}${']'.repeat(9_000)}`), /nested deeper than 128 levels/],
    ['brackets without end', '['.repeat(1 << 20), /nested deeper/],
    ['half of a surrogate pair', facts('"\\ud800"'), /no Unicode/],
    ['a number without end', facts('1e999'), /too large/],
    ['facts that stand twice', facts('1, "facts": {}'), /digest|twice/],
    ['a prototype', facts('{ "__proto__": { "x": 1 } }'), /__proto__/],
    ['no digest', JSON.stringify(right), /digest/],
    [
      'one bit that flipped in a digest',
      manifestText(right).replace(right.files[0]?.sha256 ?? '', idOf('other').sha256),
      /digest/,
    ],
    [
      'one digit that flipped in a result',
      manifestText({ ...right, facts: { kld: 0.012 } }).replace('0.012', '0.013'),
      /digest/,
    ],
    ['another format', change({ format: 2 }), /format/],
    ['unknown fields', change({ run: 'rm -rf /' }), /"run"/],
    ['another action', change({ actionKey: sha256('other') }), /another action/],
    ['another step', change({ step: 'kld' }), /of the step kld/],
    ['other inputs', change({ provenance: { ...right.provenance, inputs: [] } }), /other inputs/],
    ['other tools', change({ provenance: { ...right.provenance, toolchain: null } }), /other tools/],
    ['a path that goes up', change(named('../../.ssh/authorized_keys')), /relative path/],
    ['a path that goes up in its middle', change(named('a/../../b')), /relative path/],
    ['an absolute path', change(named('/etc/passwd')), /relative path/],
    ['a Windows drive', change(named('C:/x')), /relative path/],
    ['backslashes', change(named('a\\..\\b')), /relative path/],
    ['a control character', change(named('a\u0000b')), /relative path/],
    ['a device of Windows', change(named('nul.gguf')), /device/],
    ['a name that ends in a dot', change(named('a.')), /ends in a dot/],
    ['two names that differ in case only', change(named('A.gguf', 'a.gguf')), /names both/],
    ['a file that is a directory too', change(named('a', 'a/b')), /names both/],
    ['a name without end', change(named('x'.repeat(2000))), /1024/],
    [
      'a size below nothing',
      change({ files: [{ name: 'a', sha256: sha256('a'), sizeBytes: -1 }] }),
      /sizeBytes/,
    ],
    [
      'a size that is no number of bytes',
      change({ files: [{ name: 'a', sha256: sha256('a'), sizeBytes: 1e300 }] }),
      /sizeBytes/,
    ],
    [
      'a digest that is a path',
      change({ files: [{ name: 'a', sha256: '../../../etc/passwd', sizeBytes: 1 }] }),
      /sha256/,
    ],
    [
      'more files than there can be',
      change(named(...Array.from({ length: 100_001 }, (_, index) => `f${index}`))),
      /100000/,
    ],
    ['a prototype at the top', '{"__proto__":{"format":1}}', /__proto__/],
  ])('is refused with %s', (_, text, problem) => {
    expect((remoteManifest(text, expected) as { refused: string }).refused).toMatch(problem);
  });

  it('is refused in few words, however much is wrong with it', () => {
    const { refused } = remoteManifest(
      change(named(...Array.from({ length: 90_000 }, () => '../x'))),
      expected,
    ) as Manifest & { refused: string };
    expect(refused.length).toBeLessThan(300);
  });
});
