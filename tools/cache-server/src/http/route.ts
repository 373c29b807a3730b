// No framework routes requests here: it would take the place of findRoute alone, and cost what the server
// promises. Fastify's router decodes paths, where only a path as it was sent may match; Fastify and Node's
// adapter of Hono let Node answer "Expect: 100-continue" by itself, where a body is welcome only after token,
// limits and room for it were checked; Hono hands bodies on as web streams, without the socket, whose idle
// time and unread rest are looked after (answer.ts).
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Identity, Scope } from '../auth/identity.js';
import type { Answer } from './answer.js';

/** A request that may be answered: who sent it, and the parts of its path that stand for something. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  identity: Identity;
  part: string;
}

/** The answers at a path. */
export interface Route {
  /** Name in metrics. */
  name: string;
  /**
   * Matches the whole path as it was sent, undecoded: what is written in another way is not there. One group
   * at most.
   */
  path: RegExp;
  /** Scope that each method needs, or null where anybody may; HEAD goes where GET goes. */
  methods: Readonly<Record<string, Scope | null>>;
  /** Null when the handler has answered by itself. */
  handle: (exchange: Exchange) => Promise<Answer | null>;
  /** In place of the usual answer to an error. */
  onError?: (request: IncomingMessage, error: unknown) => Answer;
}

/** The route of a path and the part of it that stands for something. */
export function findRoute(routes: readonly Route[], url: string): { route: Route; part: string } | null {
  const path = url.split('?', 1)[0] ?? '';
  for (const route of routes) {
    const match = route.path.exec(path);
    if (match !== null) return { route, part: match[1] ?? '' };
  }
  return null;
}
