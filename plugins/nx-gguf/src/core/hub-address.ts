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

/** Where an address may be of besides the public hub, and what the repository is for. */
export interface AddressUse {
  /** Base addresses of other hubs: the one that `HF_ENDPOINT` names, and an `endpoint` beside the address. */
  hubs?: readonly string[];
  isPublished?: boolean;
}

const publicHosts = new Set(['huggingface.co', 'www.huggingface.co', 'hf.co']);
const publicHub = /^(?:(?:www\.)?huggingface\.co|hf\.co)\//i;
const name = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,95}$/;
const plain = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,95}\/[A-Za-z0-9_][A-Za-z0-9._-]{0,95}$/;
const kindsOfPages = /^(?:datasets|models|spaces|collections|papers|api)\//;
const localPath = /^(?:\/|~|\.{1,2}(?:\/|$)|[A-Za-z]:[\\/])|\\/;

/**
 * Reads what somebody wrote where a repository of a hub is to be named: `owner/name`, `owner/name@revision`, or an
 * address that a browser shows, of its page, one of its revisions, directories or files, a clone address,
 * `hf.co/…` or `hf://…`.
 * @returns null for `owner/name` as it is
 * @throws GgufError `HUB_ADDRESS_UNUSABLE` that says what to write
 */
export function readHubAddress(given: string, field: string, use: AddressUse = {}): HubAddress | null {
  const text = given.trim();
  if (/^(git@|ssh:\/\/)/i.test(text)) {
    const [, repository] = /[:/]([^/:]+\/[^/]+?)(?:\.git)?$/.exec(text) ?? [];
    throw unusable(
      text,
      field,
      `Write ${quoted(repository ?? 'owner/name')}, or use "type": "git" with "url".`,
    );
  }
  if (/^hf:\/\//i.test(text)) return hfAddress(text.slice('hf://'.length), { text, field });
  const address = withScheme(text, use.hubs ?? []);
  if (address === null) return withoutAddress(given, text, field);
  if (!URL.canParse(address)) throw unusable(text, field, writeOwnerAndName);
  const url = new URL(address);
  const parts = pathParts(url, use.hubs ?? []);
  if (parts === null) throw otherHub(text, field, { url, isPublished: use.isPublished === true });
  return pageAddress(text, field, parts[0] === 'api' ? apiParts(parts) : parts);
}

/**
 * The model repository to publish to that a text names, an address or `owner/name`.
 * @throws GgufError `HUB_ADDRESS_UNUSABLE`, also for a dataset, a file or another branch
 */
export function publishedRepository(
  text: string,
  field: string,
  { branch = 'main', hubs = [] }: { branch?: string | undefined; hubs?: readonly string[] } = {},
): string {
  const address = readHubAddress(text, field, { hubs, isPublished: true });
  if (address === null) return text;
  const { repository, kind, revision, path } = address;
  if (kind === 'model' && path === null && (revision === null || revision === branch)) return repository;
  throw new GgufError(
    'HUB_ADDRESS_UNUSABLE',
    `${field}: the address names ${kind === 'dataset' ? 'a dataset' : 'a revision or a file'}, and not a model repository to publish to`,
    { hint: `Write ${quoted(repository)}, and another branch than main in "branch".` },
  );
}

const writeOwnerAndName = 'Write owner and name, e.g. "owner/name".';

/** An address with its scheme; null for a text that is none. */
function withScheme(text: string, hubs: readonly string[]): string | null {
  if (/^https?:\/\//i.test(text)) return text;
  const host = text.split('/')[0]?.toLowerCase() ?? '';
  const isHub = hubs.some((hub) => URL.canParse(hub) && new URL(hub).host === host);
  return publicHub.test(text) || isHub ? `https://${text}` : null;
}

/** The parts of an address's path below its hub, or null when it is of none that is known. */
function pathParts(url: URL, hubs: readonly string[]): string[] | null {
  const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '');
  for (const hub of hubs) {
    if (!URL.canParse(hub)) continue;
    const base = partsOf(new URL(hub).pathname);
    const parts = partsOf(url.pathname);
    if (new URL(hub).host === url.host && base.every((part, index) => part === parts[index]))
      return parts.slice(base.length);
  }
  return publicHosts.has(url.hostname) ? partsOf(url.pathname) : null;
}

/** A text that is no address: `owner/name` with or without more behind it. */
function withoutAddress(given: string, text: string, field: string): HubAddress | null {
  if (localPath.test(text))
    throw unusable(text, field, `${writeOwnerAndName} A directory of this machine is "type": "path".`);
  if (plain.test(given) && !kindsOfPages.test(given) && !given.endsWith('.git')) return null;
  if (/\s/.test(text)) throw unusable(text, field, writeOwnerAndName);
  if (text.includes('@')) return hfAddress(text, { text, field });
  const parts = text.split('/').filter((part) => part !== '');
  return pageAddress(text, field, parts[0] === 'api' ? apiParts(parts) : parts);
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

/** `owner/name@revision/path`, as the hub's own tools write it behind `hf://`. */
function hfAddress(address: string, { text, field }: { text: string; field: string }): HubAddress {
  const [first = '', ...others] = address.split('/');
  const isPlural = ['datasets', 'models', 'spaces'].includes(first);
  if (first === 'spaces') throw unusable(text, field, namesOne(first));
  const [owner = '', tagged = '', ...rest] = isPlural ? others : [first, ...others];
  const [last = '', tag] = tagged.split('@');
  const [revision, path] =
    tag === undefined
      ? [null, rest.length === 0 ? null : rest.map(decoded).join('/')]
      : revisionAndPath([decoded(tag), ...rest.map(decoded)]);
  return checked(text, field, {
    // A name without owner may have the revision behind it.
    owner: owner.split('@')[0] ?? '',
    last,
    kind: first === 'datasets' ? 'dataset' : 'model',
    revision,
    path,
  });
}

function apiParts(parts: readonly string[]): string[] {
  const [, plural, ...rest] = parts;
  return plural === 'datasets' ? ['datasets', ...rest] : rest;
}

function pageAddress(text: string, field: string, parts: readonly string[]): HubAddress {
  const [first = ''] = parts;
  if (['spaces', 'collections', 'papers'].includes(first)) throw unusable(text, field, namesOne(first));
  const kind = first === 'datasets' ? 'dataset' : 'model';
  const isPlural = first === 'datasets' || first === 'models';
  const [owner = '', last = '', verb, ...rest] = isPlural ? parts.slice(1) : parts;
  const of = { owner, last: last.replace(/\.git$/, ''), kind } as const;
  if (verb === undefined) return checked(text, field, { ...of, revision: null, path: null });
  if (
    !['tree', 'blob', 'resolve', 'raw', 'commit', 'commits', 'revision'].includes(verb) ||
    rest.length === 0
  )
    throw unusable(
      text,
      field,
      name.test(owner) && name.test(of.last) ? `Write ${quoted(`${owner}/${of.last}`)}.` : writeOwnerAndName,
    );
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

function namesOne(plural: string): string {
  return `It names one of the ${plural}: name a model or a dataset, as in "owner/name".`;
}

const revisionName = /^[A-Za-z0-9][A-Za-z0-9._/+@-]{0,255}$/;

function checked(
  text: string,
  field: string,
  { owner, last, ...more }: Omit<HubAddress, 'repository'> & { owner: string; last: string },
): HubAddress {
  const [withoutTag = '', tag] = (last === '' ? owner : last).split(':');
  if (tag !== undefined && last !== '' && name.test(withoutTag)) throw tagged(text, field, { owner, last });
  if (more.revision !== null && !revisionName.test(more.revision))
    throw unusable(
      text,
      field,
      `Write ${quoted(`${owner}/${last}`)}, and a branch, tag or commit in "revision".`,
    );
  if (name.test(owner) && name.test(last)) return { repository: `${owner}/${last}`, ...more };
  if (last === '' && name.test(withoutTag))
    throw unusable(
      text,
      field,
      `It names no owner. The hub moved such repositories to an owner: write the name at the top of its page, as openai-community/gpt2 for gpt2.`,
    );
  throw unusable(text, field, writeOwnerAndName);
}

/** `owner/name:TAG`, as llama.cpp and Ollama take it, which choose one GGUF of the repository by its name. */
function tagged(text: string, field: string, { owner, last }: { owner: string; last: string }): GgufError {
  const [plainName = '', tag = ''] = last.split(':');
  return unusable(
    text,
    field,
    `Behind ":" stands which GGUF llama.cpp would choose. Write ${quoted(`${owner}/${plainName}`)} and, where a GGUF is wanted, name it: "include": [${JSON.stringify(`**/*${tag}*.gguf`)}]. A branch, tag or commit stands behind "@".`,
  );
}

const forges = /^(?:www\.)?(?:github\.com|gitlab\.com|codeberg\.org|bitbucket\.org)$/;

function otherHub(
  text: string,
  field: string,
  { url, isPublished }: { url: URL; isPublished: boolean },
): GgufError {
  const parts = url.pathname.split('/').filter((part) => part !== '');
  const [owner, last] = parts[0] === 'datasets' ? parts.slice(1) : parts;
  if (forges.test(url.hostname))
    return unusable(text, field, `It is a repository of git, and no hub: use "type": "git" with "url".`);
  if (owner === undefined || last === undefined) return unusable(text, field, writeOwnerAndName);
  const repository = quoted(`${owner}/${last.replace(/\.git$/, '')}`);
  return unusable(
    text,
    field,
    isPublished
      ? `It is of another hub: set HF_ENDPOINT=${url.origin}. Your token goes to the hub that HF_ENDPOINT names, and to no other.`
      : `It is of another hub: write ${repository} and "endpoint": "${url.origin}", or set HF_ENDPOINT=${url.origin}.`,
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
