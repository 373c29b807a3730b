import { testContext, type TestContext } from './context.js';
import { startHub, type HubServer } from './hub-server.js';

/** The token of the account that may write; it must turn up in nothing that is told. */
export const writerToken = 'hf_secret_token_of_the_test';

/** A hub without repositories, and a user of it who may publish. */
export interface PublishingHub {
  hub: HubServer;
  context: TestContext;
  close: () => Promise<void>;
}

/**
 * Starts a hub with an account that may write, and makes the context of a user who has its token.
 * @param settings of the transfers, beside those of every test
 */
export async function startPublishingHub(
  { orgs = [], partBytes }: { orgs?: string[]; partBytes?: number } = {},
  settings?: Parameters<typeof testContext>[1],
): Promise<PublishingHub> {
  const hub = await startHub([]);
  if (partBytes !== undefined) hub.uploads.partBytes = partBytes;
  hub.accounts = [{ token: writerToken, name: 'me', role: 'write', orgs }];
  const context = await testContext({ HF_ENDPOINT: hub.endpoint, HF_TOKEN: writerToken }, settings);
  const close = async (): Promise<void> => {
    await hub.close();
    await context.remove();
  };
  return { hub, context, close };
}
