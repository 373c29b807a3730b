/** The namespace that everybody reads and only its own tokens write. */
export const trusted = 'trusted';

/** The namespaces whose entries and blobs a member of a namespace sees, its own first. */
export function visibleTo(namespace: string): string[] {
  return namespace === trusted ? [trusted] : [namespace, trusted];
}
