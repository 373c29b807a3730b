import type { StoreLayout } from '../store/layout.js';
import type { TransferContext } from '../transport/transfer-settings.js';

/** What fetching from elsewhere needs from the process it runs in, and the store that it fetches into. */
export interface UpstreamContext extends TransferContext {
  store: StoreLayout;
}
