#!/usr/bin/env node
// Makes a small random checkpoint of Qwen3.5's architecture, the same bytes on every machine.
import { existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { SUPER_BLOCK, configuration } from './checkpoint/configuration.mjs';
import { readVocabulary } from './checkpoint/gguf-vocabulary.mjs';
import { modelCard } from './checkpoint/model-card.mjs';
import { writeSafetensors } from './checkpoint/safetensors.mjs';
import { VOCABULARIES, tokenId, tokenizerConfigJson, tokenizerJson } from './checkpoint/tokenizer.mjs';
import { checkpointTensors } from './checkpoint/weights.mjs';

const USAGE =
  'Usage: make-checkpoint.mjs <outputDir> --llama-cpp <dir of the llama.cpp source> [--layers 8] [--hidden 256] [--seed 1] [--vocabulary qwen2]';

/** Writes the Hugging Face directory of a checkpoint into a directory that is new or empty. */
export function makeCheckpoint({
  outputDir,
  llamaCppDir,
  layers = 8,
  hidden = 256,
  seed = 1,
  vocabulary: kind = 'qwen2',
}) {
  const tokenizer = VOCABULARIES[kind];
  const vocabularyFile = join(llamaCppDir, 'models', tokenizer.file);
  if (!existsSync(vocabularyFile)) {
    throw new Error(
      `There is no vocabulary at ${vocabularyFile}: --llama-cpp must name a checkout of llama.cpp's source.`,
    );
  }
  if (existsSync(outputDir) && readdirSync(outputDir).length > 0)
    throw new Error(`${outputDir} is not empty.`);

  const vocabulary = readVocabulary(vocabularyFile);
  const eosTokenId = tokenId(vocabulary, tokenizer.endOfTurn);
  const padTokenId = tokenId(vocabulary, '<|endoftext|>');
  const config = configuration({
    layers,
    hidden,
    vocabularySize: vocabulary.tokens.length,
    eosTokenId,
    padTokenId,
  });

  mkdirSync(outputDir, { recursive: true });
  const write = (name, text) => writeFileSync(join(outputDir, name), text, { flag: 'wx' });
  write('README.md', modelCard());
  write('config.json', json(config));
  write(
    'generation_config.json',
    json({
      do_sample: false,
      eos_token_id: [...new Set([eosTokenId, padTokenId])],
      pad_token_id: padTokenId,
    }),
  );
  write('tokenizer.json', tokenizerJson(vocabulary, tokenizer));
  write('tokenizer_config.json', tokenizerConfigJson(vocabulary, tokenizer));
  writeSafetensors(join(outputDir, 'model.safetensors'), checkpointTensors(config, seed));
}

/** Reads the command line; every problem with it is in the one error thrown. */
export function readArguments(argv) {
  const string = { type: 'string' };
  const options = { 'llama-cpp': string, layers: string, hidden: string, seed: string, vocabulary: string };
  const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true });
  const problems = [];
  const number = (name, { multipleOf = 1, from, to }) => {
    if (values[name] === undefined) return undefined;
    const value = Number(values[name]);
    if (/^\d+$/.test(values[name]) && value >= from && value <= to && value % multipleOf === 0) return value;
    problems.push(
      `--${name} must be a ${multipleOf > 1 ? `multiple of ${multipleOf}` : 'whole number'} from ${from} to ${to}, not "${values[name]}".`,
    );
    return undefined;
  };
  const result = {
    outputDir: positionals[0],
    llamaCppDir: values['llama-cpp'],
    layers: number('layers', { multipleOf: 4, from: 4, to: 128 }),
    hidden: number('hidden', { multipleOf: SUPER_BLOCK, from: SUPER_BLOCK, to: 8192 }),
    seed: number('seed', { from: 0, to: 0xffffffff }),
    vocabulary: values.vocabulary,
  };
  const vocabularies = Object.keys(VOCABULARIES);
  if (values.vocabulary !== undefined && !vocabularies.includes(values.vocabulary))
    problems.push(`--vocabulary must be ${vocabularies.join(' or ')}, not "${values.vocabulary}".`);
  if (positionals.length !== 1) problems.push('One output directory is needed.');
  if (!values['llama-cpp']) problems.push('--llama-cpp is needed.');
  if (problems.length > 0) throw new Error(`${problems.join('\n')}\n${USAGE}`);
  return result;
}

function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  try {
    makeCheckpoint(readArguments(process.argv.slice(2)));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
