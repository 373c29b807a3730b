import { buildChanged } from '../../../dev/build.mjs';

/** Builds the plugin and the server as they are now: the tests run what would be published. */
export default function setup() {
  buildChanged();
}
