// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * How the cache server runs. Everything has a default; flags of the command come before this file.
 */
export interface Config {
  $schema?: string;
  /**
   * Where blobs, entries, uploads and tokens are. `nx-gguf-cache-server` under the XDG cache directory when absent.
   */
  directory?: string;
  s3?: Bucket;
  /**
   * Address to listen on. Only this machine reaches the default.
   */
  host?: string;
  /**
   * Port to listen on; 0 takes a free one.
   */
  port?: number;
  tls?: Tls;
  /**
   * What requests without a token may do: nothing, or read what everybody reads.
   */
  anonymous?: 'none' | 'read';
  /**
   * Most bytes to keep. When absent, half of what the disk has free and the server holds; of a bucket, whatever it takes.
   */
  maxBytes?: number;
  /**
   * Share of maxBytes above which eviction starts.
   */
  highWater?: number;
  /**
   * Share of maxBytes that eviction goes down to.
   */
  lowWater?: number;
  /**
   * Share of maxBytes that namespaces other than `trusted` may keep when room is needed. What they hold beyond it goes first.
   */
  untrustedShare?: number;
  /**
   * What nobody asked for in so many days goes.
   */
  maxAgeDays?: number;
  /**
   * What was used in the last minutes is not evicted for room: uploads of an artifact's files come before its manifest. An unfinished upload that stood still for longer gives way when nothing else can.
   */
  graceMinutes?: number;
  /**
   * An unfinished resumable upload goes when nothing came for so many hours.
   */
  uploadHours?: number;
  /**
   * Largest blob.
   */
  maxBlobBytes?: number;
  /**
   * Largest manifest. Reading one takes many times its size in memory for a moment.
   */
  maxManifestBytes?: number;
  /**
   * Largest entry of Nx's remote cache, packed. Unpacked it may be 200 times as large, up to maxNxUnpackedBytes.
   */
  maxNxEntryBytes?: number;
  /**
   * Largest entry of Nx's remote cache, unpacked: so far it is read for the manifests in it.
   */
  maxNxUnpackedBytes?: number;
  /**
   * Requests a minute for each token that has no limit of its own.
   */
  requestsPerMinute?: number;
  /**
   * Requests of one token that may be under way at a time.
   */
  requestsAtOnce?: number;
  /**
   * Bytes an hour that a token without a limit of its own may upload. No limit when absent.
   */
  uploadBytesPerHour?: number;
  /**
   * A connection on which nothing moves for so long is closed.
   */
  idleSeconds?: number;
  /**
   * Whoever sends a body slower than this, over each idleSeconds, is turned away. 0 takes any pace.
   */
  leastBytesPerSecond?: number;
  /**
   * How long requests under way may take to finish after SIGTERM.
   */
  shutdownSeconds?: number;
  /**
   * Least severe level of what is logged.
   */
  logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}
/**
 * A bucket of S3, or of a server that speaks its protocol, for blobs and entries in place of the directory, which then holds uploads under way and tokens. Credentials come from where AWS's own tools look for them. One server works on a prefix.
 */
export interface Bucket {
  /**
   * Its name.
   */
  bucket: string;
  /**
   * What all names in it begin with.
   */
  prefix?: string;
  /**
   * Address of a server other than AWS.
   */
  endpoint?: string;
  region?: string;
}
/**
 * A certificate of its own. One that was renewed is taken within a minute. Without it the server speaks plain HTTP, for a reverse proxy or for this machine alone.
 */
export interface Tls {
  /**
   * Path of the certificate chain, PEM.
   */
  certificate: string;
  /**
   * Path of the private key, PEM.
   */
  key: string;
}

/** The schema itself. */
export const configSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "config.schema.json",
  "title": "Config",
  "description": "How the cache server runs. Everything has a default; flags of the command come before this file.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "$schema": {
      "type": "string"
    },
    "directory": {
      "description": "Where blobs, entries, uploads and tokens are. `nx-gguf-cache-server` under the XDG cache directory when absent.",
      "type": "string",
      "minLength": 1
    },
    "s3": {
      "title": "Bucket",
      "description": "A bucket of S3, or of a server that speaks its protocol, for blobs and entries in place of the directory, which then holds uploads under way and tokens. Credentials come from where AWS's own tools look for them. One server works on a prefix.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "bucket"
      ],
      "properties": {
        "bucket": {
          "description": "Its name.",
          "type": "string",
          "minLength": 1
        },
        "prefix": {
          "description": "What all names in it begin with.",
          "type": "string",
          "pattern": "^[^/].*[^/]$"
        },
        "endpoint": {
          "description": "Address of a server other than AWS.",
          "type": "string",
          "pattern": "^https?://"
        },
        "region": {
          "type": "string",
          "minLength": 1
        }
      }
    },
    "host": {
      "description": "Address to listen on. Only this machine reaches the default.",
      "type": "string",
      "minLength": 1,
      "default": "127.0.0.1"
    },
    "port": {
      "description": "Port to listen on; 0 takes a free one.",
      "type": "integer",
      "minimum": 0,
      "maximum": 65535,
      "default": 8371
    },
    "tls": {
      "title": "Tls",
      "description": "A certificate of its own. One that was renewed is taken within a minute. Without it the server speaks plain HTTP, for a reverse proxy or for this machine alone.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "certificate",
        "key"
      ],
      "properties": {
        "certificate": {
          "description": "Path of the certificate chain, PEM.",
          "type": "string",
          "minLength": 1
        },
        "key": {
          "description": "Path of the private key, PEM.",
          "type": "string",
          "minLength": 1
        }
      }
    },
    "anonymous": {
      "description": "What requests without a token may do: nothing, or read what everybody reads.",
      "enum": [
        "none",
        "read"
      ],
      "default": "none"
    },
    "maxBytes": {
      "description": "Most bytes to keep. When absent, half of what the disk has free and the server holds; of a bucket, whatever it takes.",
      "type": "integer",
      "minimum": 1
    },
    "highWater": {
      "description": "Share of maxBytes above which eviction starts.",
      "type": "number",
      "exclusiveMinimum": 0,
      "maximum": 1,
      "default": 0.95
    },
    "lowWater": {
      "description": "Share of maxBytes that eviction goes down to.",
      "type": "number",
      "minimum": 0,
      "maximum": 1,
      "default": 0.8
    },
    "untrustedShare": {
      "description": "Share of maxBytes that namespaces other than `trusted` may keep when room is needed. What they hold beyond it goes first.",
      "type": "number",
      "minimum": 0,
      "maximum": 1,
      "default": 0.25
    },
    "maxAgeDays": {
      "description": "What nobody asked for in so many days goes.",
      "type": "number",
      "exclusiveMinimum": 0,
      "default": 30
    },
    "graceMinutes": {
      "description": "What was used in the last minutes is not evicted for room: uploads of an artifact's files come before its manifest. An unfinished upload that stood still for longer gives way when nothing else can.",
      "type": "number",
      "minimum": 0,
      "default": 10
    },
    "uploadHours": {
      "description": "An unfinished resumable upload goes when nothing came for so many hours.",
      "type": "number",
      "exclusiveMinimum": 0,
      "default": 24
    },
    "maxBlobBytes": {
      "description": "Largest blob.",
      "type": "integer",
      "minimum": 1,
      "default": 1099511627776
    },
    "maxManifestBytes": {
      "description": "Largest manifest. Reading one takes many times its size in memory for a moment.",
      "type": "integer",
      "minimum": 1,
      "maximum": 268435456,
      "default": 4194304
    },
    "maxNxEntryBytes": {
      "description": "Largest entry of Nx's remote cache, packed. Unpacked it may be 200 times as large, up to maxNxUnpackedBytes.",
      "type": "integer",
      "minimum": 1,
      "default": 1073741824
    },
    "maxNxUnpackedBytes": {
      "description": "Largest entry of Nx's remote cache, unpacked: so far it is read for the manifests in it.",
      "type": "integer",
      "minimum": 1,
      "default": 8589934592
    },
    "requestsPerMinute": {
      "description": "Requests a minute for each token that has no limit of its own.",
      "type": "integer",
      "minimum": 1,
      "default": 12000
    },
    "requestsAtOnce": {
      "description": "Requests of one token that may be under way at a time.",
      "type": "integer",
      "minimum": 1,
      "default": 500
    },
    "uploadBytesPerHour": {
      "description": "Bytes an hour that a token without a limit of its own may upload. No limit when absent.",
      "type": "integer",
      "minimum": 1
    },
    "idleSeconds": {
      "description": "A connection on which nothing moves for so long is closed.",
      "type": "number",
      "exclusiveMinimum": 0,
      "maximum": 86400,
      "default": 60
    },
    "leastBytesPerSecond": {
      "description": "Whoever sends a body slower than this, over each idleSeconds, is turned away. 0 takes any pace.",
      "type": "integer",
      "minimum": 0,
      "default": 4000
    },
    "shutdownSeconds": {
      "description": "How long requests under way may take to finish after SIGTERM.",
      "type": "number",
      "minimum": 0,
      "maximum": 86400,
      "default": 30
    },
    "logLevel": {
      "description": "Least severe level of what is logged.",
      "enum": [
        "debug",
        "info",
        "warn",
        "error",
        "silent"
      ],
      "default": "info"
    }
  }
} as const;
