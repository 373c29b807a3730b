import type { PublishPlan } from '../core/generated/publish-plan.generated.js';
import type { PublishedFile } from '../core/generated/published.generated.js';
import type { Present } from '../publication/upload-plan.js';

/** The bytes of a file that is published: a file on this machine, or a short text. */
export type PublishedContent = { path: string } | { text: string };

/** What a plan needs to be carried out. */
export interface Publication {
  plan: PublishPlan;
  /** The bytes of every file that is added or replaced, the record included. */
  contents: ReadonlyMap<string, PublishedContent>;
  /** Text of the record of what was published. */
  recordText: string;
  message: { title: string; description: string };
}

/** An open destination: its present content, and the way to change it. */
export interface DestinationSession {
  present: Present;
  /**
   * Carries out the plan, in one commit where the destination has commits.
   * @returns what people can look at: a commit, or null
   * @throws GgufError `DESTINATION_CHANGED` when somebody else changed it meanwhile and nothing was done
   */
  apply: (publication: Publication) => Promise<string | null>;
}

/** Opens a destination for some work, and closes it whatever happens. */
export type OpenDestination = <T>(work: (session: DestinationSession) => Promise<T>) => Promise<T>;

/** What a destination is opened for. */
export interface DestinationRequest {
  /** The wanted content that is compared with the present one. */
  wanted: readonly PublishedFile[];
  /** Make the repository or branch when it is not there. */
  create: boolean;
  /** Nothing is going to be changed. */
  dryRun: boolean;
}
