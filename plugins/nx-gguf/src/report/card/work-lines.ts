import type { Evidence } from '../../core/generated/evidence.generated.js';
import { baseSizeBytes } from '../../kld/base/base-format.js';
import { loggingEnvironment, plainOfflineFlags } from '../../kld/tool/tool-flags.js';
import { mainFigure } from '../metric-text.js';
import { sizeText } from '../numbers.js';
import { shellLine } from '../shell-line.js';
import {
  bringLines,
  checkpointLines,
  corpusLines,
  referenceDirectory,
  referenceLines,
} from './bring-lines.js';
import { datasetNameLines } from './dataset-name-lines.js';
import { hereDocument } from './here-document.js';

/** Shell lines that make every file, from the checkpoint on, compare their digests, and measure them. */
export function workLines(evidence: Evidence): string[] {
  const { directory, source, imatrix, evaluation, variants, references, unquantized } = evidence;
  const brought = unseen();
  const commands = commandsOf(evidence);
  const needsWorkspace = [
    source.origin,
    imatrix?.corpus?.origin,
    evaluation?.corpus.origin,
    imatrix?.origin,
  ].some((origin) => origin?.type === 'command');
  const checked = [
    ...unquantized.files,
    ...(unquantized.split?.files ?? []),
    ...variants.flatMap(({ files, split }) => [...files, ...(split?.files ?? [])]),
  ].map(({ name, sha256 }) => `${sha256}  ${name}`);
  const matrix =
    imatrix === null
      ? []
      : imatrix.origin === null
        ? [...(imatrix.corpus === null ? [] : corpusLines(imatrix.corpus)), ...commands('imatrix')]
        : bringLines(imatrix.origin, [imatrix.file.name]);
  const naming =
    imatrix === null || imatrix.originalSha256 === null ? [] : datasetNameLines(imatrix.file.name);
  const parts: [string, string[]][] = [
    [
      '',
      needsWorkspace
        ? [
            `: "\${WORKSPACE:?set it to the directory of the workspace with ${directory.replace(/[^A-Za-z0-9._/-]/g, ' ')}}"`,
          ]
        : [],
    ],
    ['the checkpoint', checkpointLines(evidence)],
    ['the unquantized model', ['mkdir -p out', ...commands('convert')]],
    ['the importance matrix', [...matrix.filter(brought), ...naming]],
    ['the variants', commands('quantize')],
    [
      'the parts in which they are published',
      [unquantized, ...variants].flatMap(({ split }) =>
        split == null ? [] : [...split.commands.map((argv) => shellLine(argv)), 'mv out/* .'],
      ),
    ],
    ['the same bytes?', hereDocument('', checked, 'sha256sum -c')],
    ['the text to measure on', evaluation === null ? [] : corpusLines(evaluation.corpus).filter(brought)],
    ["others' files to compare with", references.flatMap(referenceLines)],
    [
      'measurements; llama-perplexity may end before its last lines are out, then run that one again',
      evaluation === null
        ? []
        : [
            ...Object.entries(loggingEnvironment).map(([name, value]) => `export ${name}=${value}`),
            ...commands('kld'),
          ],
    ],
  ];
  return parts
    .filter(([, lines]) => lines.length > 0)
    .flatMap(([comment, lines], index) => [
      ...(index === 0 ? [] : ['']),
      ...(comment === '' ? [] : [`# ${comment}`]),
      ...lines,
    ]);
}

/**
 * The commands of all steps of a kind, none twice, each with what it needs beside it: the rules that it
 * reads, where they differ from those that lie there, its results moved to where the next one looks, and what
 * a measurement is to come to.
 */
function commandsOf(evidence: Evidence): (kind: string) => string[] {
  const { runs, variants } = evidence;
  const isNew = unseen();
  let lying = '';
  const rulesLines = (rules: string | null | undefined, argv: readonly string[]): string[] => {
    if (rules == null || rules === lying || !argv.includes('--tensor-type-file')) return [];
    lying = rules;
    return hereDocument('tensor_types.txt', rules.trimEnd().split('\n'));
  };
  return (kind) =>
    runs
      .filter(({ target }) => target.split(':')[1] === kind)
      .flatMap(({ target, commands, inputs }) =>
        commands.flatMap((argv) => {
          const name = target.split(':').slice(2).join(':');
          const line = shellLine(pasted(argv, evidence, kind === 'kld' ? name : null));
          if (!isNew(line)) return [];
          return [
            ...inputs
              .filter(({ role }) => role === 'metadata')
              .map((file) => `# put into .: ${file.name}, sha256 ${file.sha256}, which the recipe has`),
            ...rulesLines(
              kind === 'quantize' ? variants.find((variant) => variant.name === name)?.rules : null,
              argv,
            ),
            ...(kind === 'kld' ? [expectation(argv, evidence, name)] : []),
            line,
            ...(argv.some((argument) => argument.startsWith('out/')) ? ['mv out/* .'] : []),
          ];
        }),
      );
}

/** A command as it runs in the one directory of these lines. */
function pasted(argv: readonly string[], { references }: Evidence, measured: string | null): string[] {
  const bare = argv
    .join('\0')
    .replace(`\0${plainOfflineFlags.join('\0')}\0`, '\0')
    .split('\0');
  const isReference = references.some(({ name }) => name === measured) && bare.includes('--kl-divergence');
  return bare.map((argument, index) => {
    if (index === 1 && argument === 'convert_hf_to_gguf.py') return `llama.cpp/${argument}`;
    return isReference && bare[index - 1] === '-m'
      ? `${referenceDirectory(measured ?? '')}/${argument}`
      : argument;
  });
}

/** What a measuring command leaves or prints. */
function expectation(argv: readonly string[], { variants, references }: Evidence, name: string): string {
  const statistics = [...variants, ...references].find((model) => model.name === name)?.measurement
    ?.statistics;
  if (argv.includes('--kl-divergence'))
    return `# ${name}${statistics === undefined ? '' : `: ${mainFigure(statistics)}`}`;
  const words = vocabulary(variants);
  const size =
    statistics === undefined || words === null
      ? null
      : baseSizeBytes({ ctx: statistics.ctx, chunks: statistics.chunks, vocabulary: words });
  return `# the logits of the unquantized model${size === null ? '' : `: a file of ${sizeText(size)}`}`;
}

function vocabulary(variants: Evidence['variants']): number | null {
  for (const { plan } of variants) {
    const embedding = plan?.tensors.find(({ name }) => name === 'token_embd.weight');
    if (embedding !== undefined) return embedding.shape[1] ?? null;
  }
  return null;
}

function unseen(): (line: string) => boolean {
  const seen = new Set<string>();
  return (line) => !seen.has(line) && seen.add(line).size > 0;
}
