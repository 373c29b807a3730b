import { rmSync } from 'node:fs';
import { qwen35Gguf } from '../src/gguf/testing/qwen35-gguf.js';
import type { TinyGguf } from '../src/gguf/testing/tiny-gguf.js';
import { patternProblem } from '../src/quant/rules/tensor-pattern.js';
import { decidingRules, matchedNames } from '../src/quant/rules/rule-matching.js';
import { normalizeTensorTypes, parseTensorTypes } from '../src/quant/rules/tensor-types.js';
import { campaign } from './support/campaign.js';
import { realDryRun } from './support/dry-run.js';
import { scratchDirectory } from './support/workspace.js';

const firstSeed = campaign?.seed ?? 1;
const rounds = campaign === null ? 80 : 80 * campaign.rounds;
const rulesEach = 14;
const namesEach = 400;
const types = [
  'q4_0',
  'Q4_1',
  'q5_0',
  'q5_1',
  'q8_0',
  'Q2_K',
  'q3_k',
  'q5_K',
  'q6_K',
  'iq4_nl',
  'IQ4_XS',
  'iq3_s',
  'f16',
  'bf16',
];
const directory = scratchDirectory();

afterAll(() => rmSync(directory, { recursive: true }));

describe('which rule decides a tensor', () => {
  it(`is the same here and in llama-quantize, for generated rules and names`, async () => {
    let decided = 0;
    const patterns = new Set<string>();
    for (let seed = firstSeed; seed < firstSeed + rounds; seed += 1) {
      const random = generator(seed);
      const names = generatedNames(random);
      const text = generatedRules(random, names, patterns);
      const { rules, problems } = parseTensorTypes(text);
      expect(problems.filter(({ check }) => check !== 'hidden')).toEqual([]);
      const deciding = decidingRules(rules, matchedNames(names));
      const expected = names.map((name) => [name, deciding.get(name)?.type ?? 'q4_K']);
      decided += expected.filter(([, type]) => type !== 'q4_K').length;
      // As written: lower-casing and splitting are the tool's own. The normalized text must mean the same.
      for (const rulesText of new Set([text, normalizeTensorTypes(rules)])) {
        const { dryRun } = await realDryRun(model(names), {
          directory,
          ftype: 'Q4_K_S',
          rules: rulesText,
          args: ['--pure'],
        });
        const made = new Map(dryRun.tensors.map(({ name, to }) => [name, to]));
        expect({ seed, types: names.map((name) => [name, made.get(name)]) }).toEqual({
          seed,
          types: expected,
        });
      }
    }
    // Patterns that match nothing would prove little.
    expect(patterns.size).toBeGreaterThan(500);
    expect(decided).toBeGreaterThan((rounds * namesEach) / 4);
  }, 3_000_000);
});

/** A model that llama-quantize takes, with these tensors. */
function model(names: readonly string[]): TinyGguf {
  const { metadata = [] } = qwen35Gguf({
    layers: 4,
    hidden: 256,
    feedForward: 256,
    heads: 4,
    keyValueHeads: 2,
    headSize: 64,
    linearHeads: 4,
    linearHeadSize: 64,
    vocabulary: 4,
  });
  return {
    metadata,
    tensors: names
      .map((name) => ({ name, shape: [256, 1 + (name.length % 3)] }))
      .map((tensor) => (tensor.shape[1] === 1 ? { ...tensor, shape: [256, 2] } : tensor)),
  };
}

function generatedNames(random: Random): string[] {
  const parts = [
    'attn_v',
    'attn_q',
    'attn_qkv',
    'ffn_down',
    'ffn_up',
    'ffn_gate_exps',
    'ssm_out',
    'nextn.eh_proj',
    'cls',
    'x-y',
    'v2',
    'AbC',
    'a b',
    'dé',
    'éé_x',
    'p$q',
    '(r)',
    's+t',
    'u[0]',
    '__',
    '9',
  ];
  const names = new Set<string>();
  while (names.size < namesEach) {
    const prefix = random.pick(['blk', 'enc.blk', 'v.blk', 'mm', 'BLK', 'a']);
    names.add(
      `${prefix}.${random.below(110)}.${random.pick(parts)}${random.pick(['', '', '_b', '.lora_a', '2'])}.weight`,
    );
  }
  return [...names];
}

function generatedRules(random: Random, names: readonly string[], patterns: Set<string>): string {
  const rules: string[] = [];
  while (rules.length < rulesEach) {
    const pattern = generatedPattern(random, names);
    if (/[=\s#]/.test(pattern) || pattern === '' || patternProblem(pattern) !== null) continue;
    patterns.add(pattern);
    rules.push(`${pattern}=${random.pick(types)}`);
  }
  return rules.join(random.pick(['\n', ' ', '\t\n']));
}

/**
 * Mostly a piece of a name, some of it made general, so that a good part of the patterns matches something.
 */
function generatedPattern(random: Random, names: readonly string[]): string {
  const name = random.pick(names);
  const from = random.below(name.length - 4);
  const piece = name.slice(from, from + 2 + random.below(12));
  const body = Array.from(piece, (character) => general(random, character)).join('');
  const anchored = `${random.chance(0.1) ? '^' : ''}${body}${random.chance(0.1) ? '$' : ''}`;
  if (random.chance(0.1)) return `${anchored}|${Array.from(random.pick(names).slice(0, 6), escape).join('')}`;
  if (random.chance(0.1)) return `(${anchored})${random.pick(['', '?', '.*\\1', '{1,2}', '+'])}`;
  return random.chance(0.1) ? `.*${anchored}.*weight$` : anchored;
}

function general(random: Random, character: string): string {
  if (random.chance(0.7)) return escape(character);
  const isDigit = /\d/.test(character);
  return random.pick([
    '.',
    '.?',
    '.*?',
    '.+',
    isDigit ? '\\d' : '\\w',
    isDigit ? '\\d+' : '[a-z_]',
    isDigit ? '[0-9]{1,2}' : '[^0-9]',
    '(?:.)',
    `(${escape(character)}|z)`,
    `[${/[\w]/.test(character) ? character.toLowerCase() : 'q'}x-z]`,
    `${escape(character)}(?!_)`,
    `${escape(character)}*`,
    `${escape(character)}{1}`,
    '\\b',
    '[\\w.]',
    `\\x${character.charCodeAt(0).toString(16).padStart(2, '0').slice(-2)}`,
    '\\S'.toLowerCase(),
    character,
  ]);
}

function escape(character: string): string {
  return /[\w]/.test(character) || character.charCodeAt(0) > 127 ? character : `\\${character}`;
}

interface Random {
  below: (limit: number) => number;
  chance: (share: number) => boolean;
  pick: <T>(items: readonly T[]) => T;
}

/** A small seeded generator (mulberry32): the same cases in every run. */
function generator(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    chance: (share) => next() < share,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
  };
}
