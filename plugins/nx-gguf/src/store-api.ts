// What the package shares with a program that keeps blobs and manifests as the store does: `nx-gguf/store`.
export { prettyJson, type Json } from './core/canonical-json.js';
export { isSha256, sha256, type Sha256 } from './core/digest.js';
export { GgufError, isGgufError, systemErrorCode } from './core/errors.js';
export { type Manifest, type ManifestFile } from './core/generated/manifest.generated.js';
export { optionProblems, parseForeign } from './core/validate.js';
export { adoptHashed, checkedBlob, discardBlob, type BlobId } from './store/blobs.js';
export { makeDirectory, syncDirectory, syncFile, writeDurably } from './store/durable.js';
export { fileState } from './store/file-state.js';
export { freeBytes } from './store/free-space.js';
export { hashFile } from './store/hash-file.js';
export { type StoreLayout } from './store/layout.js';
export { withLock } from './store/lock.js';
export { openStore } from './store/store.js';
export { isAbandoned } from './store/temporary.js';
export { isOwnedName, ownedName, ownerOf } from './store/owned-name.js';
export { listBlobs, type StoreEntry } from './store/usage.js';
