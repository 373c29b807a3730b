import { counted } from '../../core/counted.js';
import type { Evidence } from '../../core/generated/evidence.generated.js';
import { imatrixCoverageOfAll } from '../imatrix-coverage-text.js';
import { inlineCode, plainText, table } from './markdown.js';
import { originText } from './origin-text.js';

/**
 * What everything was made from and with: sources at their commits, texts, importance matrix, llama.cpp and
 * its flags.
 */
export function identitiesSection(evidence: Evidence): string {
  const { source, imatrix, evaluation, toolchain, variants } = evidence;
  const weights = source.files.filter(({ name }) => /\.(safetensors|bin|pt|pth|gguf)$/.test(name));
  const rows: [string, string][] = [
    [
      'Checkpoint',
      `${originText(source.origin)}; ${counted(source.files.length, 'file')}${weights.length === 1 && weights[0] !== undefined ? `, weights sha256 ${inlineCode(weights[0].sha256)}` : ''}`,
    ],
    [
      'Importance matrix',
      imatrix === null
        ? 'none'
        : `${inlineCode(imatrix.file.name)}, sha256 ${inlineCode(imatrix.file.sha256)}, ${imatrixText(imatrix)}`,
    ],
    ...imatrixCoverageOfAll(variants).map(({ variants: names, text }): [string, string] => [
      'Importance data',
      `${names.map(plainText).join(', ')}: ${plainText(text)}`,
    ]),
    [
      'Evaluation text',
      evaluation === null
        ? 'none'
        : `${inlineCode(evaluation.corpus.file.name)}, sha256 ${inlineCode(evaluation.corpus.file.sha256)}, from ${originText(evaluation.corpus.origin)}`,
    ],
    [
      'llama.cpp',
      toolchain.commit === null
        ? 'ready binaries'
        : `commit ${inlineCode(toolchain.commit)}${toolchain.patched ? ' with local changes' : ''}`,
    ],
    ...identityRows('Build', toolchain.build),
    ...identityRows("Converter's Python", toolchain.python),
  ];
  return table([['', 'Identity'], ...rows], 'll');
}

function imatrixText({
  origin,
  originalSha256,
  corpus,
  chunks,
  tensors,
}: NonNullable<Evidence['imatrix']>): string {
  const covers = `${counted(tensors.length, 'entry', 'entries')}${chunks === null ? '' : ` from ${counted(chunks, 'chunk')}`}`;
  if (corpus !== null)
    return `${covers}; made with llama-imatrix on ${inlineCode(corpus.file.name)} (sha256 ${inlineCode(corpus.file.sha256)}) from ${originText(corpus.origin)}`;
  const change =
    originalSha256 === null
      ? ''
      : `; a copy of the file with sha256 ${inlineCode(originalSha256)} in which the texts are named without their paths`;
  return `${covers}; from ${origin === null ? 'an unknown place' : originText(origin)}${change}`;
}

function identityRows(label: string, identity: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.keys(identity)
    .filter((key) => !['version', 'source'].includes(key))
    .sort()
    .map((key) => {
      const value = identity[key];
      const shown =
        typeof value === 'object' && value !== null
          ? Object.entries(value)
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([name, of]) => `${name}=${String(of)}`)
              .join(' ')
          : String(value);
      return [`${label}: ${key}`, inlineCode(shown)];
    });
}
