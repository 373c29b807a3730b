import type { Evidence, EvidenceFile, VariantEvidence } from '../../core/generated/evidence.generated.js';
import { sizeText } from '../numbers.js';
import { sizeOf } from '../pictures/models.js';
import { digestCode, inlineCode, ownText, plainText, table, unbroken } from './markdown.js';

/** Every file of the model: type, size, bits per weight, digest and use; a link to those that are published. */
export function filesSection(
  evidence: Evidence,
  published: ReadonlySet<string> = publishedByDefault(evidence),
): string {
  const row = (file: EvidenceFile, about: About): string[] => [
    published.has(file.name) ? fileLink(file.name) : inlineCode(file.name),
    ...aboutFile(file, about),
  ];
  const rows = evidence.variants.flatMap((variant) => {
    const files = variant.split?.files ?? variant.files;
    return files.map((file, index) =>
      row(file, {
        type: variant.ftype,
        bitsPerWeight: variant.bitsPerWeight,
        use: [
          ...partOf(files, index),
          useOf(variant, evidence),
          ...(published.has(file.name) ? [] : ['not published here']),
        ]
          .filter((text) => text !== '')
          .join(', '),
      }),
    );
  });
  const { split, bitsPerWeight } = evidence.unquantized;
  const files = split?.files ?? evidence.unquantized.files;
  const unquantized = files.map((file, index) =>
    row(file, {
      type: 'unquantized',
      bitsPerWeight,
      use: [
        ...partOf(files, index),
        'source of the others',
        ...(published.has(file.name) ? [] : ['not published here']),
      ].join(', '),
    }),
  );
  return table(
    [['File', 'Type', 'Size', 'Bits per weight', 'Use', 'sha256'], ...rows, ...unquantized],
    'llrrll',
  );
}

/** Names of the files that are published when model.json says nothing of it: those of the variants. */
function publishedByDefault({ variants }: Evidence): ReadonlySet<string> {
  return new Set(variants.flatMap(({ files, split }) => (split?.files ?? files).map(({ name }) => name)));
}

interface About {
  type: string;
  bitsPerWeight: number | null;
  use: string;
}

function fileLink(name: string): string {
  const place = encodeURI(name).replace(/[()?#]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
  return `[${inlineCode(name)}](${place})`;
}

function aboutFile({ sizeBytes, sha256 }: EvidenceFile, { type, bitsPerWeight, use }: About): string[] {
  return [
    plainText(type),
    sizeBytes === null ? 'unknown' : unbroken(sizeText(sizeBytes)),
    bitsPerWeight?.toFixed(2) ?? 'unknown',
    use,
    digestCode(sha256),
  ];
}

/** Which part of a model in several files a file is. */
function partOf(files: readonly EvidenceFile[], index: number): string[] {
  return files.length === 1 ? [] : [`part ${index + 1} of ${files.length}`];
}

/** The use in the author's words, else what the figures say of it among its siblings. */
function useOf(variant: VariantEvidence, { variants }: Evidence): string {
  if (variant.use !== null) return ownText(variant.use);
  const facts: string[] = [];
  const isLeast = (of: (one: VariantEvidence) => number | null): boolean => {
    const own = of(variant);
    return (
      variants.length > 1 &&
      own !== null &&
      variants.every((other) => other === variant || (of(other) ?? -Infinity) > own)
    );
  };
  if (isLeast(({ files }) => sizeOf(files))) facts.push('smallest');
  if (isLeast(({ measurement }) => measurement?.statistics.kldNats.mean.value ?? null))
    facts.push('closest to the unquantized model');
  return facts.join(', ');
}
