import { GgufError } from '../../core/errors.js';

/** A refusal (403) of a hub: where, and in the hub's own words. */
export interface Forbidden {
  /** What is asked for, as errors name it. */
  of: string;
  /** The page of the repository. */
  page: string;
  /** `x-error-code`. */
  code: string | undefined;
  /** What the hub says, in one line. */
  says: string;
  /** The hint when only the token can be wrong. */
  tokenHint: string;
}

/**
 * The error of a 403, also of a gated repository. The hub uses one status for many faults and tells them apart in words only, and most of
 * them no other token can mend.
 */
export function hubForbidden({ of, page, code, says, tokenHint }: Forbidden): GgufError {
  const known = kinds.find(({ isOf }) => isOf(says, code));
  const message = `${of}: ${known?.fault ?? 'access is denied'} (403)${says === '' ? '' : `: ${says}`}`;
  return new GgufError(known?.error ?? 'HUB_FORBIDDEN', message, {
    hint: known === undefined ? tokenHint : known.hint(page),
  });
}

/** What helps when an account has no storage left. */
export function storageHint(page: string): string {
  return `The token is good; the hub has no room left for this owner. Delete files that are no longer needed under "List LFS files" of ${page}/settings (a commit that deletes them frees nothing, since the history keeps them), make the repository public where the limit is that of private ones, or get more storage.`;
}

interface Kind {
  error: string;
  fault: string;
  hint: (page: string) => string;
  isOf: (says: string, code: string | undefined) => boolean;
}

const words =
  (pattern: RegExp): Kind['isOf'] =>
  (says) =>
    pattern.test(says);

/** Words as public reports of huggingface_hub quote them; the number of one is beside it. */
const kinds: readonly Kind[] = [
  {
    error: 'HUB_STORAGE_FULL',
    fault: 'the storage of the account is full',
    // "Private repository storage limit reached, please upgrade your plan" (3049), "Repository storage limit
    // reached (Max: 1 GB)", "Your storage patterns tripped our internal systems!" (3366).
    isOf: words(/storage (?:limit|quota|patterns)|(?:limit|quota)[^.]*\bstorage\b/i),
    hint: storageHint,
  },
  {
    error: 'HUB_GATED',
    fault: 'the repository is gated, and its authors have not decided on your request yet',
    // "Your request to access model X is awaiting a review from the repo authors."
    isOf: words(/awaiting a review/i),
    hint: (page) =>
      `Its conditions are accepted; wait for the authors to grant access (${page}), then run this again.`,
  },
  {
    error: 'HUB_GATED',
    fault: 'the repository is gated, and its authors have rejected your request',
    // "Your request to access model X has been rejected by the repo's authors."
    isOf: words(/has been rejected/i),
    hint: () => 'No other token of this account helps: write to the authors, or take another repository.',
  },
  {
    error: 'HUB_FORBIDDEN',
    fault: 'the token is fine-grained, and has no right to gated repositories',
    // "Please enable access to public gated repositories in your fine-grained token settings".
    isOf: words(/gated repositories in your fine-grained token/i),
    hint: () =>
      'Tick "Read access to contents of all public gated repos you can access" of this token in the settings of your account at the hub.',
  },
  {
    error: 'HUB_GATED',
    fault: 'the repository is gated, and your account has not been granted access',
    isOf: (_, code) => code === 'GatedRepo',
    hint: (page) => `Accept its conditions at ${page}, then run this again.`,
  },
  {
    error: 'HUB_FORBIDDEN',
    fault: 'your account may only propose changes to this repository',
    // "pass `create_pr=1` as a query parameter to create a Pull Request" (1182), to contributors of an
    // organization too, whatever their token may do.
    isOf: words(/\bcreate_pr\b|create a pull request/i),
    hint: () =>
      'No other token of this account helps: it is no member of the owner with the role "write". Ask an admin of the organization for the role, or publish to a repository of your own.',
  },
  {
    error: 'HUB_FORBIDDEN',
    fault: 'the owner does not allow public repositories',
    // "org-name forbids the creation of public models" (2679).
    isOf: words(/forbids the creation of public/i),
    hint: () => 'Publish with "visibility": "private".',
  },
  {
    error: 'HUB_FORBIDDEN',
    fault: 'the owner does not allow private repositories',
    isOf: words(
      /forbids the creation of private|private repositor(?:y|ies)[^.]*\b(?:limit|quota|upgrade|plan)\b/i,
    ),
    hint: () => 'Publish with "visibility": "public", or see the plan of the account at the hub.',
  },
  {
    error: 'HUB_FORBIDDEN',
    fault: 'your account may not make repositories of this owner',
    // "You don't have the rights to create a model under the namespace".
    isOf: words(/rights to create a \w+ under (?:the|this) namespace/i),
    hint: () =>
      'Correct the owner in "repository": it is your own name at the hub, or that of an organization in which you have the role "write". A fine-grained token needs the right for that owner, too.',
  },
  {
    error: 'HUB_FORBIDDEN',
    fault: 'the hub has disabled this repository',
    // "Access to this resource is disabled."
    isOf: words(/resource is disabled|repository is disabled/i),
    hint: (page) => `See ${page} for the reason.`,
  },
];
