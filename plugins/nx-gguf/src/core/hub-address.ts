import { GgufError } from './errors.js';

/** What an address of the public hub's pages names. */
export interface HubAddress {
  repository: string;
  kind: 'model' | 'dataset';
  /** Branch, tag or commit, when the address names one. */
  revision: string | null;
  /** A file, or with a slash at its end a directory, when the address names one. */
  path: string | null;
}

const publicHosts = new Set(['huggingface.co', 'www.huggingface.co', 'hf.co']);
const withoutScheme = /^((www\.)?huggingface\.co|hf\.co)\//i;
const name = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * Reads an address of the hub that somebody pasted where a repository is to be named: its page, one of its
 * revisions, directories or files, a clone address, `hf.co/…` or `hf://…`.
 * @returns null for a text that is no address, such as `owner/name`
 * @throws GgufError `HUB_ADDRESS_UNUSABLE` that says what to write
 */
export function readHubAddress(text: string, field: string): HubAddress | null {
  if (/^(git@|ssh:\/\/)/i.test(text)) {
    const [, repository] = /[:/]([^/:]+\/[^/]+?)(?:\.git)?$/.exec(text) ?? [];
    throw unusable(
      text,
      field,
      `Write ${quoted(repository ?? 'owner/name')}, or use a source of type "git".`,
    );
  }
  if (/^hf:\/\//i.test(text)) return hfAddress(text, field);
  const address = withoutScheme.test(text) ? `https://${text}` : text;
  if (!/^https?:\/\//i.test(address)) return null;
  if (!URL.canParse(address)) throw unusable(text, field, 'Write owner and name, e.g. "owner/name".');
  const url = new URL(address);
  const parts = url.pathname.split('/').filter((part) => part !== '');
  if (!publicHosts.has(url.hostname.toLowerCase())) throw otherHub(text, field, { url, parts });
  return pageAddress(text, field, parts[0] === 'api' ? apiParts(parts) : parts);
}

/**
 * The model repository to publish to that a text names, an address or `owner/name`.
 * @param branch that is published to
 * @throws GgufError `HUB_ADDRESS_UNUSABLE`, also for a dataset, a file or another branch
 */
export function publishedRepository(text: string, field: string, branch = 'main'): string {
  const address = readHubAddress(text, field);
  if (address === null) return text;
  const { repository, kind, revision, path } = address;
  if (kind === 'model' && path === null && (revision === null || revision === branch)) return repository;
  throw new GgufError(
    'HUB_ADDRESS_UNUSABLE',
    `${field}: the address names ${kind === 'dataset' ? 'a dataset' : 'a revision or a file'}, and not a model repository to publish to`,
    { hint: `Write ${quoted(repository)}, and another branch than main in "branch".` },
  );
}

/**
 * The address of a file's bytes, where one of the page that shows it on a hub is given (`…/blob/<revision>/…`);
 * another address as it is.
 * @param origins of hubs
 */
export function fileAddress(address: string, origins: readonly string[]): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  const isHub = publicHosts.has(url.hostname) || origins.includes(url.origin);
  const [, before, after] = /^((?:\/datasets)?\/[^/]+\/[^/]+)\/blob\/(.+)$/.exec(url.pathname) ?? [];
  if (!isHub || before === undefined || after === undefined) return address;
  url.pathname = `${before}/resolve/${after}`;
  return url.href;
}

/** `hf://owner/name@revision/path`, as the hub's own tools write it. */
function hfAddress(text: string, field: string): HubAddress {
  const [first = '', ...rest] = text.slice('hf://'.length).split('/');
  const isPlural = ['datasets', 'models'].includes(first);
  const [owner = '', tagged = '', ...path] = isPlural ? rest : [first, ...rest];
  const [last = '', revision] = tagged.split('@');
  return checked(text, field, {
    owner,
    last,
    kind: first === 'datasets' ? 'dataset' : 'model',
    revision: revision === undefined ? null : decoded(revision),
    path: path.length === 0 ? null : path.map(decoded).join('/'),
  });
}

function apiParts(parts: readonly string[]): string[] {
  const [, plural, ...rest] = parts;
  return plural === 'datasets' ? ['datasets', ...rest] : rest;
}

function pageAddress(text: string, field: string, parts: readonly string[]): HubAddress {
  const [first] = parts;
  if (first === 'spaces' || first === 'collections' || first === 'papers')
    throw unusable(text, field, `It names one of the ${first}; name a model or a dataset.`);
  const kind = first === 'datasets' ? 'dataset' : 'model';
  const [owner = '', last = '', verb, ...rest] = first === 'datasets' ? parts.slice(1) : parts;
  const [plain = '', tag] = last.replace(/\.git$/, '').split(':');
  if (tag !== undefined)
    throw unusable(
      text,
      field,
      `Write ${quoted(`${owner}/${plain}`)}, and name the file: "include": ["*${tag}.gguf"].`,
    );
  const of = { owner, last: plain, kind } as const;
  if (verb === undefined) return checked(text, field, { ...of, revision: null, path: null });
  if (
    !['tree', 'blob', 'resolve', 'raw', 'commit', 'commits', 'revision'].includes(verb) ||
    rest.length === 0
  )
    throw unusable(text, field, `Write ${quoted(`${owner}/${plain}`)}.`);
  const [revision, path] = revisionAndPath(rest.map(decoded));
  const isDirectory = verb === 'tree' && path !== null;
  return checked(text, field, { ...of, revision, path: isDirectory ? `${path}/` : path });
}

/** Revisions of requests and of converted datasets have slashes in them. */
function revisionAndPath(parts: readonly string[]): [string, string | null] {
  const length = parts[0] === 'refs' && parts.length >= 3 ? 3 : 1;
  const path = parts.slice(length).join('/');
  return [parts.slice(0, length).join('/'), path === '' ? null : path];
}

function checked(
  text: string,
  field: string,
  { owner, last, ...more }: Omit<HubAddress, 'repository'> & { owner: string; last: string },
): HubAddress {
  if (name.test(owner) && name.test(last)) return { repository: `${owner}/${last}`, ...more };
  if (name.test(owner) && last === '')
    throw unusable(
      text,
      field,
      `It names no owner. The hub moved such repositories to an owner: write the name at the top of its page, as openai-community/gpt2 for gpt2.`,
    );
  throw unusable(text, field, 'Write owner and name, e.g. "owner/name".');
}

const forges = /^(?:www\.)?(?:github\.com|gitlab\.com|codeberg\.org|bitbucket\.org)$/;

function otherHub(
  text: string,
  field: string,
  { url, parts }: { url: URL; parts: readonly string[] },
): GgufError {
  const [owner, last] = parts[0] === 'datasets' ? parts.slice(1) : parts;
  if (forges.test(url.hostname))
    return unusable(text, field, `It is a repository of git, and no hub: use "type": "git" with "url".`);
  return owner === undefined || last === undefined
    ? unusable(text, field, 'Write owner and name, e.g. "owner/name".')
    : unusable(
        text,
        field,
        `It is of another hub: write ${quoted(`${owner}/${last.replace(/\.git$/, '')}`)} and "endpoint": "${url.origin}", or set HF_ENDPOINT.`,
      );
}

function quoted(repository: string): string {
  return `"repository": ${JSON.stringify(repository)}`;
}

function unusable(text: string, field: string, hint: string): GgufError {
  // What stands before an @ or after a ? may be a secret.
  const shown = text.replace(/\/\/[^/]*@/, '//').replace(/[?#].*$/s, '');
  return new GgufError('HUB_ADDRESS_UNUSABLE', `${field}: ${JSON.stringify(shown)} is no repository`, {
    hint,
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
