import type { FuzzTarget } from '../target.js';
import { archives, lfsPointers, safetensors } from './archive.js';
import { serverRequest } from './cache-server.js';
import { ggufHeader } from './gguf-header.js';
import { answeredFile, hubListing } from './http-answer.js';
import { imatrix } from './imatrix.js';
import { keptBase } from './kept-base.js';
import { declarations, manifests } from './manifest.js';
import { tensorTypes, toolOutput } from './tensor-types.js';

/** Every reader of bytes from outside that is tried. */
export const targets: readonly FuzzTarget[] = [
  ggufHeader,
  imatrix,
  keptBase,
  manifests,
  declarations,
  archives,
  safetensors,
  lfsPointers,
  tensorTypes,
  toolOutput,
  answeredFile,
  hubListing,
  serverRequest,
];
