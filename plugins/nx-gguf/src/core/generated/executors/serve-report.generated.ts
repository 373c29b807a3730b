// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Shows the project's report at an address of this machine, and refreshes the page when results change. Ends with Ctrl-C.
 */
export interface ServeReportOptions {
  /**
   * Port on 127.0.0.1; any free one for 0.
   */
  port?: number;
  /**
   * Open the page in the browser.
   */
  open?: boolean;
}
