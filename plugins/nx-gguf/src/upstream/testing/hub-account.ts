import { commitAt } from './hub-reading.js';
import { failure } from './hub-replies.js';
import type { Exchange, HubAccount, HubCommit, HubRepo, Reply } from './hub-types.js';

/** A repository, and a revision of it, as an address names them. */
export interface Named {
  plural: string;
  name: string;
  revision?: string;
}

/** Who the token belongs to. */
export function whoAmI({ hub, seen }: Exchange): Reply {
  const account = accountOf({ hub, seen });
  if (account === undefined) return failure(401, 'Unauthorized', 'Invalid username or password.');
  return {
    status: 200,
    body: {
      id: '000000000000000000000002',
      type: 'user',
      name: account.name,
      fullname: account.name,
      email: 'a@example.org',
      emailVerified: true,
      isPro: false,
      canPay: false,
      avatarUrl: '',
      periodEnd: null,
      billingMode: 'postpaid',
      orgs: account.orgs.map((name) => ({
        id: name,
        type: 'org',
        name,
        fullname: name,
        email: null,
        canPay: false,
        avatarUrl: '',
        periodEnd: null,
      })),
      auth: {
        type: 'access_token',
        accessToken: { displayName: 'test', role: account.role, createdAt: '2026-01-01T00:00:00.000Z' },
      },
    },
  };
}

/** Does work for an account that may write the repository. */
export async function withWriter(
  exchange: Exchange,
  { plural, name, revision = 'main' }: Named,
  work: (repo: HubRepo, head: HubCommit) => Promise<Reply>,
): Promise<Reply> {
  const account = accountOf(exchange);
  if (account === undefined) return failure(401, 'Unauthorized', 'Invalid username or password.');
  const repo = exchange.hub.repos.find(
    (candidate) => `${candidate.kind}s` === plural && candidate.name === name,
  );
  if (repo === undefined || (repo.token !== undefined && repo.token !== account.token))
    return failure(404, 'RepoNotFound', 'Repository not found');
  // To those who may only propose, contributors of an organization among them (huggingface_hub 1182).
  if (!mayWrite(account, name))
    return failure(
      403,
      'Forbidden',
      'Forbidden: pass `create_pr=1` as a query parameter to create a Pull Request',
    );
  const head = commitAt(repo, exchange.url.pathname.includes('/branch/') ? 'main' : revision);
  return head === undefined
    ? failure(404, 'RevisionNotFound', `Invalid rev id: ${revision}`)
    : work(repo, head);
}

/** The account of the token that a request brings. */
export function accountOf({ hub, seen }: Pick<Exchange, 'hub' | 'seen'>): HubAccount | undefined {
  return hub.accounts.find(({ token }) => seen.authorization === `Bearer ${token}`);
}

/** True when an account may write to a repository of that name. */
export function mayWrite({ role, name, orgs }: HubAccount, repository: string): boolean {
  return role === 'write' && [name, ...orgs].includes(repository.split('/')[0] ?? '');
}
