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

/** The schema itself. */
export const serveReportSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/serve-report.schema.json",
  "title": "ServeReportOptions",
  "description": "Shows the project's report at an address of this machine, and refreshes the page when results change. Ends with Ctrl-C.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "port": {
      "description": "Port on 127.0.0.1; any free one for 0.",
      "type": "integer",
      "minimum": 0,
      "maximum": 65535,
      "default": 0
    },
    "open": {
      "description": "Open the page in the browser.",
      "type": "boolean",
      "default": false
    }
  }
} as const;
