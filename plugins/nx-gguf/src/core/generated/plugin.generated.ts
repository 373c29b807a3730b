// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Options of the plugin in nx.json: { "plugin": "nx-gguf", "options": { … } }.
 */
export interface PluginOptions {
  /**
   * What stands in front of the name of each target, for a workspace whose other projects have targets called build or publish: with "gguf-", gguf-quantize:Q4_K_M.
   */
  targetPrefix?: string;
  /**
   * Where results are shared: an address, or several, near before far. NX_GGUF_REMOTE, when set, takes its place. A mode behind # is for that remote alone.
   */
  remote?:
    | string
    | []
    | [string]
    | [string, string]
    | [string, string, string]
    | [string, string, string, string]
    | [string, string, string, string, string]
    | [string, string, string, string, string, string]
    | [string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string, string, string, string]
    | [
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string
      ]
    | [
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string
      ]
    | [
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string
      ];
  /**
   * What may be done with remotes: read-write, read-only, write-ci (read everywhere, write in CI only), or off. NX_GGUF_REMOTE_MODE, when set, takes its place.
   */
  remoteMode?: 'read-write' | 'read-only' | 'write-ci' | 'off';
  /**
   * Whether files that were fetched from a hub, a git repository or a URL are uploaded too. Without them others fetch them from where they came.
   */
  remoteSources?: boolean;
}
