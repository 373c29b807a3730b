// What the package shares with a program that keeps blobs and manifests as the store does: `nx-gguf/store`.
export { prettyJson, type Json } from './core/json/canonical-json.js';
export { isSha256, sha256, type Sha256 } from './core/digest.js';
export { GgufError, isGgufError, systemErrorCode } from './core/errors.js';
export { type Manifest, type ManifestFile } from './core/generated/manifest.generated.js';
export { optionProblems, parseForeign } from './core/validate.js';
export { adoptHashed, checkedBlob, discardBlob } from './store/blobs.js';
export { makeDirectory, syncDirectory, syncFile, writeDurably } from './files/durable.js';
export { fileState } from './files/file-state.js';
export { freeBytes } from './files/free-space.js';
export { hashFile, type BlobId } from './files/hash-file.js';
export { type StoreLayout } from './store/layout.js';
export { withLock } from './store/lock.js';
export { openStore } from './store/store.js';
export { isAbandoned } from './files/temporary.js';
export { isProcessFileName, processFileName, ownerOf } from './files/process-file-name.js';
export { listBlobs, type StoreEntry } from './store/usage.js';
