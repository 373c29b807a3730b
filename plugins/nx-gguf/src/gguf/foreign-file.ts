import type { ByteSource } from './byte-source.js';

/** What a file is that is no GGUF: in words that follow "the file is", and what helps. */
export interface ForeignFile {
  readonly what: string;
  readonly hint: string;
}

const convert = 'llama.cpp reads GGUF only: convert the model with the `convert` target, or name its GGUF.';
const page =
  'A server gave a page in place of the file: open the address in a browser, and take the address of the download itself.';

const unpack = 'Unpack it, and name what is inside.';

/**
 * Ways in which files start that are often met in place of a GGUF. A matrix of the legacy format begins with its
 * number of entries, which for 60 is a `<` and for 123 a `{`: a text is known by what follows, too.
 */
const beginnings: readonly (readonly [pattern: RegExp, file: ForeignFile])[] = [
  // A little-endian length of the header, then the header, which is JSON.
  [/^[^]{4}\0{4}\{/, { what: 'a safetensors file', hint: convert }],
  [/^PK\x03\x04/, { what: 'a zip archive, as PyTorch writes checkpoints', hint: convert }],
  [/^\x80[\x02-\x05]/, { what: 'a pickle, as PyTorch writes checkpoints', hint: convert }],
  [/^\x93NUMPY/, { what: 'an array of NumPy', hint: convert }],
  [
    /^(?:lmgg|fmgg|tjgg|algg)/,
    {
      what: 'a model in a format that llama.cpp had before GGUF',
      hint: 'This llama.cpp no longer reads it: convert the original model again.',
    },
  ],
  [/^\x1f\x8b/, { what: 'compressed with gzip', hint: unpack }],
  [/^\x28\xb5\x2f\xfd/, { what: 'compressed with zstd', hint: unpack }],
  [/^\xfd7zXZ/, { what: 'compressed with xz', hint: unpack }],
  [/^BZh\d/, { what: 'compressed with bzip2', hint: unpack }],
  [/^\s*<(?:[!?A-Za-z])/, { what: 'a web page', hint: page }],
  [
    /^\s*(?:\{\s*["}]|\[\s*["{[\]\d-])/,
    {
      what: 'JSON text',
      hint: 'Name the GGUF. An `artifact.json` lists the files of its target with their digests.',
    },
  ],
];

/**
 * An importance matrix of the legacy format: the number of entries, then the length of a name and the name of
 * a weight, as llama.cpp's tools/imatrix/imatrix.cpp writes it.
 */
const legacyMatrix = /^[^]{2}\0\0[^]{2}\0\0[\w.]+\.weight/;

/** What a file that is no GGUF is instead, told by its first bytes; null when that is not known. */
export async function foreignFile(source: ByteSource): Promise<ForeignFile | null> {
  const start = await firstLetters(source);
  return legacyMatrix.test(start)
    ? {
        what: 'an importance matrix of the legacy format',
        hint: 'It holds no model. `"imatrix"` in model.json takes it as it is; llama-imatrix turns it into a GGUF.',
      }
    : foreignStart(start);
}

/** What a file is that is neither a GGUF nor an importance matrix of the legacy format. */
export async function noImatrix(source: ByteSource): Promise<ForeignFile | null> {
  return foreignStart(await firstLetters(source));
}

async function firstLetters(source: ByteSource): Promise<string> {
  return new TextDecoder('latin1').decode(await source.read(0, Math.min(source.sizeBytes, 256)));
}

function foreignStart(start: string): ForeignFile | null {
  return beginnings.find(([pattern]) => pattern.test(start))?.[1] ?? null;
}
