#!/usr/bin/env node
// Makes an evaluation and a calibration text from the documentation of the llama.cpp source.
import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const USAGE = 'Usage: make-corpus.mjs <outputDir> --llama-cpp <dir of the llama.cpp source>';
const NOT_PROSE = new Set(['docs/ops.md']); // one wide table

/** Of the files in sorted order, every third is for evaluation and the others are for calibration. */
const EVALUATION_EVERY = 3;

/** Writes `evaluation.txt` and `calibration.txt`, which have no file in common. */
export function makeCorpus({ outputDir, llamaCppDir }) {
  if (!existsSync(join(llamaCppDir, 'docs'))) {
    throw new Error(
      `There is no documentation in ${llamaCppDir}: --llama-cpp must name a checkout of llama.cpp's source.`,
    );
  }
  const { evaluation, calibration } = splitFiles(documentationFiles(llamaCppDir));
  const text = (files) => joinTexts(files.map((file) => readFileSync(join(llamaCppDir, file), 'utf8')));
  mkdirSync(outputDir, { recursive: true });
  writeFileSync(join(outputDir, 'evaluation.txt'), text(evaluation));
  writeFileSync(join(outputDir, 'calibration.txt'), text(calibration));
}

/** The documentation's files, with forward slashes and in the order of their code units on every machine. */
export function documentationFiles(llamaCppDir) {
  const entries = (folder) => readdirSync(join(llamaCppDir, folder), { withFileTypes: true });
  const markdown = (folder) =>
    entries(folder).flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return markdown(path);
      return entry.isFile() && entry.name.endsWith('.md') ? [path] : [];
    });
  const readmes = (folder) => entries(folder).map((entry) => `${folder}/${entry.name}/README.md`);
  const candidates = [
    'CONTRIBUTING.md',
    'README.md',
    'SECURITY.md',
    'grammars/README.md',
    ...markdown('docs'),
    ...readmes('examples'),
    ...readmes('tools'),
  ];
  return candidates.filter((path) => !NOT_PROSE.has(path) && existsSync(join(llamaCppDir, path))).sort();
}

/** Divides files between the two texts. */
export function splitFiles(files) {
  const isForEvaluation = (_, index) => index % EVALUATION_EVERY === 0;
  return {
    evaluation: files.filter(isForEvaluation),
    calibration: files.filter((file, index) => !isForEvaluation(file, index)),
  };
}

/** Joins texts with one empty line between them; lines end in LF, without a byte order mark. */
export function joinTexts(texts) {
  return texts
    .map(
      (text) =>
        `${text
          .replace(/^\uFEFF/, '')
          .replace(/\r\n?/g, '\n')
          .trim()}\n`,
    )
    .join('\n');
}

function readArguments(argv) {
  const { values, positionals } = parseArgs({
    args: argv,
    options: { 'llama-cpp': { type: 'string' } },
    allowPositionals: true,
  });
  if (positionals.length !== 1 || !values['llama-cpp'])
    throw new Error(`One output directory and --llama-cpp are needed.\n${USAGE}`);
  return { outputDir: positionals[0], llamaCppDir: values['llama-cpp'] };
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  try {
    makeCorpus(readArguments(process.argv.slice(2)));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
