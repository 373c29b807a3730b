import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Content } from './hub-content.js';

/** A repository of the loopback hub. Its commits are lists of files; `main` is the last one. */
export interface HubRepo {
  kind: 'model' | 'dataset';
  name: string;
  commits: HubCommit[];
  /** Names of revisions besides `main` and the commits themselves. */
  tags?: Record<string, string>;
  /** Only this token may read it. */
  token?: string;
  /** Commits of branches. Without one for `main`, that is the last commit. */
  branches?: Record<string, string>;
  /** Reading needs a granted request besides the token. */
  isGated?: boolean;
  /** Names that it had before: requests to them are redirected. */
  formerNames?: readonly string[];
}

/** A state of a repository. Files in `lfs` are served by the second host. */
export interface HubCommit {
  sha: string;
  files: Record<string, Content>;
  lfs: readonly string[];
  /** Those of the files in LFS that are served by the Xet protocol too. */
  xet?: readonly string[];
  summary?: string;
  description?: string;
}

/** A request that a host got. */
export interface SeenRequest {
  host: 'hub' | 'cdn';
  method: string;
  url: string;
  authorization: string | undefined;
  range: string | undefined;
  /** Bytes of body that were handed to the connection. */
  sentBytes: number;
  /** Bytes of the request's body that arrived. */
  receivedBytes: number;
}

/** Something that goes wrong, for requests of a host whose URL matches, so many times. */
export interface Fault {
  host: 'hub' | 'cdn';
  url: RegExp;
  method?: string;
  times: number;
  /** Answers this instead. */
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** Does what is asked, and ends the connection in place of an answer. */
  losesAnswer?: boolean;
  /** Ends the connection after so many bytes of the body. */
  truncateAt?: number;
  /** Sends nothing more after so many bytes of the body. */
  stallAt?: number;
  /** Changes this byte of the file. */
  corruptAt?: number;
  /** Ignores Range and sends all. */
  ignoresRange?: boolean;
  /** Pause before each MiB of the body, whichever way it goes. */
  slowMs?: number;
  /** Ends the connection after so many bytes of the request's body. */
  cutAt?: number;
}

/** Somebody with a token. */
export interface HubAccount {
  token: string;
  name: string;
  role: 'read' | 'write';
  /** Organizations whose repositories the account may write. */
  orgs: readonly string[];
}

/** How large files come in. */
export interface HubUploads {
  /** Directory for the bytes. */
  directory: string;
  /** Objects above this size come in parts of this size. */
  partBytes: number;
  /** Multipart uploads under way, by id. Those that are removed have expired. */
  open: Map<string, HubUpload>;
}

/** A multipart upload: the parts that have arrived, by number. */
export interface HubUpload {
  oid: string;
  sizeBytes: number;
  partBytes: number;
  etags: Map<number, string>;
}

/** Requests of one kind that are left, and the time until there are more. */
export interface HubLimit {
  left: number;
  resetSeconds: number;
}

/** What a hub does not take any more. Null is without limit. */
export interface HubLimits {
  /** Requests to the API, and to addresses of files: fixed windows (docs/hub/rate-limits.md of hub-docs). */
  api: HubLimit | null;
  resolvers: HubLimit | null;
  /** Commits, a limit of one kind of action: told by Retry-After or, as some are, in words only. */
  commits: (HubLimit & { inWords?: boolean }) | null;
  /** Bytes that private repositories may hold (docs/hub/storage-limits.md of hub-docs). */
  privateBytes: number | null;
  /** Owners that forbid public repositories (huggingface_hub 2679). */
  privateOnly: readonly string[];
  /** A single file may not be larger (docs/hub/storage-limits.md of hub-docs). */
  fileBytes: number;
}

/** A hub on two loopback ports: the second one is the host that large files are on. */
export interface HubServer {
  endpoint: string;
  cdn: string;
  repos: HubRepo[];
  faults: Fault[];
  seen: SeenRequest[];
  /** Entries on a page of a tree. */
  pageSize: number;
  /** The second host sends no more than this in one answer; 50 GB, as the hub's does. */
  largestAnswerBytes: number;
  /** Who may write. */
  accounts: HubAccount[];
  /** Uploaded objects of Git LFS. */
  objects: Map<string, Content>;
  uploads: HubUploads;
  /** Blocks that came over Xet, in chunks, by their hash. */
  xorbs: Map<string, Buffer[]>;
  limits: HubLimits;
  close: () => Promise<void>;
}

/** An answer. */
export interface Reply {
  status: number;
  body: unknown;
  headers?: Record<string, string> | undefined;
}

/** A request under way. */
export interface Exchange {
  hub: HubServer;
  request: IncomingMessage;
  response: ServerResponse;
  seen: SeenRequest;
  url: URL;
  fault: Fault | undefined;
}
