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
   * Share of maxBytes that namespaces other than `trusted` may hold and be promised together, as far as what is trusted leaves it. They never make anything trusted go; what they hold goes when the trusted need the room.
   */
  untrustedShare?: number;
  /**
   * What nobody asked for in so many days goes, a tenth of all at a time. Days in which the server runs count, whatever the clock of the machine says.
   */
  maxAgeDays?: number;
  /**
   * What was used in the last minutes is not evicted for room, where it is trusted: uploads of an artifact's files come before its manifest. An unfinished upload that stood still for longer gives way when nothing else can.
   */
  graceMinutes?: number;
  /**
   * An unfinished resumable upload goes when nothing came for so many hours in which the server ran.
   */
  uploadHours?: number;
  /**
   * Largest blob.
   */
  maxBlobBytes?: number;
  /**
   * Largest manifest. It may be nested 100 levels deep and hold a value for each 16 bytes of this. Reading one takes up to eight times its size in memory for a moment.
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
   * Connections at a time. When absent, what the limit of open files allows (a third of it), up to 2048. When all are in use, those without a token that wait longest are closed for new ones.
   */
  maxConnections?: number;
  /**
   * Connections of one address, or of one /64 of IPv6, that have not sent a valid token. When three quarters of all connections are in use, those beyond it that wait longest are closed. Connections with a token do not count.
   */
  connectionsPerAddress?: number;
  /**
   * Requests a minute of one address, or of one /64 of IPv6, without a valid token, probes of /health too. Readers that `anonymous` lets in have requestsPerMinute.
   */
  requestsPerMinuteWithoutToken?: number;
  /**
   * Addresses or networks (`10.0.0.0/8`) of reverse proxies, whose `X-Forwarded-For` is believed: limits for each address then count the address that the proxy names. The header of anybody else is ignored.
   */
  trustProxy?: string[];
  /**
   * How long the headers of a request, and before them a TLS handshake, may take.
   */
  headerSeconds?: number;
  /**
   * How long a connection is kept for its next request.
   */
  keepAliveSeconds?: number;
  /**
   * A connection on which nothing moves for so long is closed.
   */
  idleSeconds?: number;
  /**
   * Whoever sends a body, or takes an answer, slower than this, over each idleSeconds, is turned away. 0 takes any pace.
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
