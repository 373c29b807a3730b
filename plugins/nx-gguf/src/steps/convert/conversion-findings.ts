import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConvertSettings } from '../../core/generated/model.generated.js';
import type { GgufHeader } from '../../gguf/header.js';
import { checkpointTensors } from './checkpoint-tensors.js';
import { differingTemplates } from './chat-templates.js';
import { declaredMetadata, droppedMetadata } from './dropped-metadata.js';
import { leftOutParts } from './left-out-parts.js';

/** A conversion that was done, and what was asked of it. */
export interface Conversion {
  /** The checkpoint's directory, and its files. */
  directory: string;
  files: readonly string[];
  settings: ConvertSettings;
  /** Text of the metadata file, if any. */
  metadata: string | null;
  header: GgufHeader;
}

const additional = /^additional_chat_templates\/([^/]+)\.jinja$/;

/** What was declared, or is in the checkpoint, and did not come into the GGUF. */
export async function conversionFindings({
  directory,
  files,
  settings,
  metadata,
  header,
}: Conversion): Promise<string[]> {
  const text = (name: string) => readFile(join(directory, name), 'utf8');
  const file = settings.metadata ?? '';
  const templates = new Map<string, string>();
  for (const name of files) {
    const template = additional.exec(name)?.[1];
    if (template !== undefined) templates.set(template, await text(name));
  }
  const main = files.includes('chat_template.jinja') ? await text('chat_template.jinja') : null;
  return [
    ...(metadata === null
      ? []
      : droppedMetadata(declaredMetadata(metadata, file), header.metadata, settings.modelName).map(
          (finding) => `${file}: ${finding}`,
        )),
    ...differingTemplates({ main, additional: templates }, header.metadata),
    ...leftOutParts(await checkpointTensors(directory, files), settings),
  ];
}
