// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * What a run of the target `publish` changes at its destination, file by file, and why.
 */
export interface PublishPlan {
  /**
   * Format version of this file.
   */
  format: 1;
  /**
   * Where the files go, as people name it.
   */
  destination: string;
  /**
   * The repository, branch or directory has to be made first.
   */
  isNew: boolean;
  files: PlannedFile[];
}
/**
 * A file at the destination, and what becomes of it.
 */
export interface PlannedFile {
  path: string;
  /**
   * `refuse` is a file of somebody else in the way.
   */
  action: 'add' | 'replace' | 'delete' | 'keep' | 'refuse';
  /**
   * Of what is there afterwards; of a file that is deleted, of what was there.
   */
  sizeBytes: number;
  /**
   * Of what is there afterwards, where it is known.
   */
  sha256?: string;
  because: string;
}

/** The schema itself. */
export const publishPlanSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "publish-plan.schema.json",
  "title": "PublishPlan",
  "description": "What a run of the target `publish` changes at its destination, file by file, and why.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "format",
    "destination",
    "isNew",
    "files"
  ],
  "properties": {
    "format": {
      "description": "Format version of this file.",
      "const": 1
    },
    "destination": {
      "description": "Where the files go, as people name it.",
      "type": "string"
    },
    "isNew": {
      "description": "The repository, branch or directory has to be made first.",
      "type": "boolean"
    },
    "files": {
      "type": "array",
      "items": {
        "title": "PlannedFile",
        "description": "A file at the destination, and what becomes of it.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "path",
          "action",
          "sizeBytes",
          "because"
        ],
        "properties": {
          "path": {
            "type": "string"
          },
          "action": {
            "description": "`refuse` is a file of somebody else in the way.",
            "enum": [
              "add",
              "replace",
              "delete",
              "keep",
              "refuse"
            ]
          },
          "sizeBytes": {
            "description": "Of what is there afterwards; of a file that is deleted, of what was there.",
            "type": "integer",
            "minimum": 0
          },
          "sha256": {
            "description": "Of what is there afterwards, where it is known.",
            "type": "string",
            "pattern": "^[0-9a-f]{64}$"
          },
          "because": {
            "type": "string"
          }
        }
      }
    }
  }
} as const;
