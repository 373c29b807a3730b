// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * What the target `publish` put into a repository or a directory. It lies there beside the files, so that the next run knows which of them are its own.
 */
export interface Published {
  /**
   * Format version of this file.
   */
  format: 1;
  publishedBy: 'nx-gguf';
  /**
   * @maxItems 100000
   */
  files: PublishedFile[];
}
/**
 * A file that was published, by its digests.
 */
export interface PublishedFile {
  /**
   * Relative path with forward slashes.
   */
  path: string;
  sizeBytes: number;
  sha256: string;
  /**
   * Git's own digest, of small files: a hub lists it for those that are not in Git LFS.
   */
  gitOid?: string;
}

/** The schema itself. */
export const publishedSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "published.schema.json",
  "title": "Published",
  "description": "What the target `publish` put into a repository or a directory. It lies there beside the files, so that the next run knows which of them are its own.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "format",
    "publishedBy",
    "files"
  ],
  "properties": {
    "format": {
      "description": "Format version of this file.",
      "const": 1
    },
    "publishedBy": {
      "const": "nx-gguf"
    },
    "files": {
      "type": "array",
      "maxItems": 100000,
      "items": {
        "title": "PublishedFile",
        "description": "A file that was published, by its digests.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "path",
          "sizeBytes",
          "sha256"
        ],
        "properties": {
          "path": {
            "description": "Relative path with forward slashes.",
            "type": "string",
            "minLength": 1,
            "maxLength": 1024
          },
          "sizeBytes": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "sha256": {
            "type": "string",
            "pattern": "^[0-9a-f]{64}$"
          },
          "gitOid": {
            "description": "Git's own digest, of small files: a hub lists it for those that are not in Git LFS.",
            "type": "string",
            "pattern": "^[0-9a-f]{40}$"
          }
        }
      }
    }
  }
} as const;
