/** The namespace that everybody reads and only its own tokens write. */
export const trusted = 'trusted';

/** The namespace of requests without a token. No token can have it, so nothing is ever in it. */
export const anonymous = '(anonymous)';

/** The namespaces whose entries and blobs a member of a namespace sees, its own first. */
export function visibleTo(namespace: string): string[] {
  return namespace === trusted || namespace === anonymous ? [trusted] : [namespace, trusted];
}

/** Whether being answered from a namespace counts as use: what others have is not kept longer for a reader. */
export function isUse(reader: string, holder: string): boolean {
  return reader === holder;
}
