import { systemErrorCode } from '../../core/errors.js';
import { withFileBytes } from '../../files/gguf-file.js';
import { composeGguf, type ComposedGguf } from '../../gguf/compose.js';
import type { RawMetadata } from '../../gguf/header/metadata-bytes.js';
import type { WantedTensor } from './wanted-tensors.js';

/** A file as llama-quantize writes it: always of version 3, its tensors aligned to 32 bytes. */
export function composedOf({ keyCount, bytes }: RawMetadata, tensors: readonly WantedTensor[]): ComposedGguf {
  return composeGguf({
    version: 3,
    alignment: 32,
    keyCount,
    metadata: bytes,
    tensors: tensors.map(({ name, shape, to }) => ({ name, shape, type: to })),
  });
}

/** Whether a file has the size of what was composed, and its header byte for byte. */
export function isAsComposed({
  path,
  composed: { header, sizeBytes },
}: {
  path: string;
  composed: ComposedGguf;
}): Promise<boolean> {
  return withFileBytes(
    path,
    async (source) =>
      source.sizeBytes === sizeBytes && Buffer.compare(header, await source.read(0, header.length)) === 0,
  ).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  });
}
