/** What an error code of the server stands for, and what repairs it. */
export interface ErrorDescription {
  readonly cause: string;
  readonly remedy: string;
}

/**
 * All codes that the server answers and that its command prints, in alphabetical order. `docs/errors.md` is
 * generated from it, and a test compares it with the codes that the source throws.
 */
export const errorCatalogue: Readonly<Record<string, ErrorDescription>> = {
  BAD_ARCHIVE: {
    cause: "An entry of Nx's cache is not a sound tar.gz, or grows beyond the limits when it is unpacked.",
    remedy: 'Run the task again; if its outputs are that large, raise `maxNxUnpackedBytes`.',
  },
  BAD_CONFIG: {
    cause: 'The configuration file is not valid JSON, or has a field that its schema does not allow.',
    remedy: 'Correct what the message names.',
  },
  BAD_DIGEST: {
    cause: 'An announced upload does not name the sha256 of the blob.',
    remedy: 'Send `Upload-Metadata: sha256 <base64 of the digest in hexadecimal digits>`.',
  },
  BAD_MANIFEST: {
    cause: 'The manifest that was sent does not fit its schema or its action key.',
    remedy: 'Use the same version of nx-gguf for client and server.',
  },
  BAD_OFFSET: {
    cause: '`Upload-Offset` is not a number.',
    remedy: 'Send the number of bytes that `HEAD` of the upload names.',
  },
  BAD_OPTIONS: {
    cause: 'An option of the command is unknown, or its value is not of the right kind.',
    remedy: 'See the usage that the hint prints.',
  },
  BAD_TOKENS: {
    cause: 'The file of tokens is damaged.',
    remedy: 'Restore it from a backup, or remove it and make new tokens.',
  },
  BLOBS_MISSING: {
    cause: 'A manifest names blobs that are not on the server. The answer lists their digests.',
    remedy: 'Send the blobs first, and then the manifest again.',
  },
  BLOB_EXISTS: {
    cause: 'The blob of an announced upload is there already.',
    remedy: 'Nothing is to be sent.',
  },
  BLOB_TOO_LARGE: {
    cause: 'The blob is larger than the server, the token or the share of its namespace allows.',
    remedy: 'Raise `maxBlobBytes` or `untrustedShare`, or the limit of the token.',
  },
  BODY_TOO_LARGE: {
    cause: 'The body is larger than what is taken at this path, or than what was announced.',
    remedy: 'Raise `maxManifestBytes` or `maxNxEntryBytes` when the body is legitimate.',
  },
  CANNOT_LISTEN: {
    cause: 'The server cannot listen on the address and port.',
    remedy: 'Choose another `--host` or `--port`, or stop what listens there.',
  },
  DIRECTORY_IN_USE: {
    cause:
      'Another server runs on the directory; the message says which, as far as it is known. A server that was silent for 20 seconds, as a machine that sleeps, loses its directory to the next one.',
    remedy:
      'Stop it, or choose another directory with `--directory`. The lock of a server that was killed goes by itself, at once on the same machine and after 20 seconds elsewhere.',
  },
  FORBIDDEN: {
    cause: 'The token does not have the scope that the request needs.',
    remedy: 'Use a token with that scope; `token create --scope …` makes one.',
  },
  INCOMPLETE_BODY: {
    cause: 'Fewer bytes came than were announced.',
    remedy: 'Send it again; a resumable upload goes on where it stopped.',
  },
  LENGTH_REQUIRED: {
    cause: 'The length of the body or of the upload is not given.',
    remedy: 'Send `Content-Length` or `Upload-Length`.',
  },
  METHOD_NOT_ALLOWED: {
    cause: 'The path does not take this method.',
    remedy: "See the table of paths in the server's README.",
  },
  NOT_FOUND: {
    cause: 'There is nothing at this path that the token may see.',
    remedy: 'For a client this is a cache miss. Otherwise check address and token.',
  },
  STORAGE_FULL: {
    cause:
      'There is no room for the body, and nothing that may be evicted for it. A namespace that is not trusted gets it, too, when what such namespaces share (`untrustedShare`, as far as what is trusted leaves it) is promised already, or when the trusted need room that it was promised.',
    remedy:
      'Raise `maxBytes`, free space on the disk, or try again later. A lower `highWater` leaves more to namespaces that are not trusted.',
  },
  TOO_MANY_BYTES: {
    cause: 'The token has sent more bytes in an hour than it may.',
    remedy: 'Wait as long as `Retry-After` says, or raise the limit of the token.',
  },
  TOO_MANY_REQUESTS: {
    cause: 'The token has sent more requests in a minute, or at once, than it may.',
    remedy: 'Wait as long as `Retry-After` says, or raise the limit of the token.',
  },
  TOO_MANY_UPLOADS: {
    cause: 'The namespace has too many unfinished uploads.',
    remedy: 'Finish or remove some of them; those that stand still go after `uploadHours`.',
  },
  TOO_SLOW: {
    cause: 'The body came slower than `leastBytesPerSecond`, or the storage did not answer in time.',
    remedy: 'Check the connection, or lower `leastBytesPerSecond`.',
  },
  UNAUTHORIZED: {
    cause: 'The request has no token, or one that is not known, was revoked or has expired.',
    remedy: 'Send a token as `Authorization: Bearer …`; `token create` makes one.',
  },
  UNKNOWN_COMMAND: {
    cause: '`nx-gguf-cache-server` has no such command.',
    remedy: 'See the usage that the hint prints.',
  },
  UNKNOWN_TOKEN: {
    cause: 'There is no token of this name to revoke.',
    remedy: '`token list` shows those that there are.',
  },
  UPLOAD_GONE: {
    cause: 'There is no such unfinished upload, or no longer.',
    remedy: 'Announce it again.',
  },
  WRONG_DIGEST: {
    cause: 'The bytes that came have another sha256 than was announced. Nothing was kept.',
    remedy: 'Check the file on the sender with `npx nx-gguf store verify`.',
  },
  WRONG_OFFSET: {
    cause: 'The part of an upload does not begin where the last one ended.',
    remedy: 'Ask for the offset with `HEAD`, and go on from there.',
  },
  WRONG_TYPE: {
    cause: 'The part of an upload has another content type than tus asks for.',
    remedy: 'Send `Content-Type: application/offset+octet-stream`.',
  },
  WRONG_VERSION: {
    cause: 'The client speaks another version of tus.',
    remedy: 'Send `Tus-Resumable: 1.0.0`.',
  },
};
