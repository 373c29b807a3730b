import { GgufError } from '../../core/errors.js';

const damaged = 'The file is damaged or was not written by a GGUF tool: fetch or convert it again.';
const incomplete = 'The file is incomplete: fetch or convert it again.';

const hints = {
  GGUF_NOT_GGUF:
    'Check that the path names a GGUF file; a web page or a Git LFS pointer saved in its place is a common cause.',
  GGUF_BIG_ENDIAN: 'Only little-endian files are supported: convert the model again without --bigendian.',
  GGUF_VERSION: 'Versions 2 and 3 are supported: convert the model again with the pinned llama.cpp.',
  GGUF_TRUNCATED: incomplete,
  GGUF_TENSOR_OUTSIDE_FILE: incomplete,
  GGUF_LIMIT: damaged,
  GGUF_BAD_KEY: damaged,
  GGUF_DUPLICATE_KEY: damaged,
  GGUF_METADATA_TYPE: damaged,
  GGUF_METADATA_VALUE: damaged,
  GGUF_ALIGNMENT: damaged,
  GGUF_BAD_TENSOR_NAME: damaged,
  GGUF_DUPLICATE_TENSOR: damaged,
  GGUF_TENSOR_SHAPE: damaged,
  GGUF_TENSOR_TYPE:
    'The tensor type is unknown to the pinned llama.cpp, or was removed from it: use a newer toolchain or another file.',
  GGUF_ROW_NOT_BLOCKS: damaged,
  GGUF_TENSOR_MISALIGNED: damaged,
  GGUF_TENSOR_OVERLAP: damaged,
  GGUF_TENSOR_ORDER: damaged,
} as const;

/** The stable codes of what can be wrong with a GGUF header. */
export type GgufHeaderCode = keyof typeof hints;

/** All codes that reading a header can throw. */
export const ggufHeaderCodes = Object.keys(hints) as readonly GgufHeaderCode[];

/** A GgufError about a header, with the hint that belongs to its code. */
export function headerError(code: GgufHeaderCode, message: string): GgufError {
  return new GgufError(code, message, { hint: hints[code] });
}
