import prettyBytes from 'pretty-bytes';
import type { Identity } from '../auth/identity.js';
import type { Kind } from '../telemetry/metrics.js';
import type { Service } from './service.js';
import { style } from './stats-style.js';

const kinds: readonly [Kind, string][] = [
  ['nx', 'entries of Nx'],
  ['action', 'manifests'],
  ['blob', 'blobs'],
];
/** A page that is left open stays true. */
const refreshSeconds = 60;

/**
 * The page that tells a person how the server does. Tokens are listed, without their secrets, for those who
 * may administer.
 */
export function statsPage(service: Service, identity: Identity): string {
  const isAdmin = identity.scopes.includes('admin');
  const { metrics, authenticator } = service;
  const totals = metrics.totals();
  const reads = kinds.map(([kind, words]) => [
    words,
    totals.hits[kind],
    totals.misses[kind],
    rate(totals.hits[kind], totals.misses[kind]),
  ]);
  const shown = [...service.cache.holdings.byNamespace()]
    .filter(([name]) => isAdmin || name === identity.namespace || name === 'trusted')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const errors = Object.entries(totals.errors).sort(([, a], [, b]) => b - a);
  const parts = [
    `<h1>nx-gguf-cache-server</h1><p class="quiet">up for ${duration(service.nowMs() - service.startedMs)}; what is counted below is counted since then</p>`,
    `<h2>Room</h2>${room(service)}`,
    `<h2>Reads</h2>${table(['', 'hits', 'misses', 'hit rate'], reads)}`,
    `<h2>Traffic</h2><p>${bytes(totals.receivedBytes)} received, ${bytes(totals.sentBytes)} sent, ${bytes(totals.evictedBytes)} evicted.</p>`,
    errors.length === 0
      ? '<p class="quiet">No request was refused or failed.</p>'
      : `<h2>Refused or failed</h2>${table(['', 'requests'], errors)}`,
    `<h2>Namespaces</h2>${table(
      ['', 'entries of Nx', 'manifests', 'blobs', 'size'],
      shown.map(([name, { nx, actions, claims, sizeBytes }]) => [
        name,
        nx,
        actions,
        claims,
        bytes(sizeBytes),
      ]),
    )}`,
  ];
  if (isAdmin) {
    const rows = authenticator
      .tokens()
      .map(({ id, scopes, namespace, note, expires }) => [
        id,
        scopes.join(', '),
        namespace,
        note ?? '',
        expires?.slice(0, 10) ?? 'never',
      ]);
    parts.push(`<h2>Tokens</h2>${table(['id', 'scopes', 'namespace', 'for', 'expires'], rows, Infinity)}`);
  }
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="${refreshSeconds}"><title>nx-gguf-cache-server</title><style>${style}</style>${parts.join('\n')}</html>\n`;
}

function room({ cache: { space }, uploads, settings }: Service): string {
  const [used, promised] = [space.usedBytes(), space.reservedBytes()];
  const most = Math.max(space.maxBytes, used + promised);
  const part = (count: number, kind: string): string =>
    count === 0 ? '' : `<i class="${kind}" style="width:${percent(count, most)}"></i>`;
  const uploading = uploads.inProgress();
  return [
    `<div class="bar">${part(used, 'used')}${part(promised, 'promised')}<b style="left:${percent(settings.highWater * space.maxBytes, most)}"></b></div>`,
    `<p><span class="key used"></span>${bytes(used)} of ${bytes(space.maxBytes)} used`,
    promised === 0
      ? ''
      : ` &#160; <span class="key promised"></span>${bytes(promised)} promised to ${uploading} ${uploading === 1 ? 'upload' : 'uploads'} under way`,
    ` &#160; <span class="quiet">room is made above ${percent(settings.highWater, 1)}</span></p>`,
  ].join('');
}

/** A table; columns of numbers, from one on to the last, stand to the right. */
function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  numbersFrom = 1,
): string {
  const cell =
    (tag: string) =>
    (text: string | number, index: number): string =>
      `<${tag}${index >= numbersFrom ? ' class="number"' : ''}>${escaped(String(text))}</${tag}>`;
  const row = (cells: readonly (string | number)[], tag: string): string =>
    `<tr>${cells.map(cell(tag)).join('')}</tr>`;
  return `<div class="wide"><table>${row(head, 'th')}${rows.map((cells) => row(cells, 'td')).join('')}</table></div>`;
}

function rate(hits: number, misses: number): string {
  return hits + misses === 0 ? '' : percent(hits, hits + misses);
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(whole === 1 || part === 0 ? 0 : 1)}%`;
}

function bytes(count: number): string {
  return prettyBytes(count, { binary: true });
}

function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  return hours >= 48
    ? `${Math.floor(hours / 24)} days`
    : hours >= 1
      ? `${hours} h ${minutes % 60} min`
      : minutes >= 1
        ? `${minutes} min`
        : 'less than a minute';
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
