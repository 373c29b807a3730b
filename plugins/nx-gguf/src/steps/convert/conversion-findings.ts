import { join } from 'node:path';
import { checkpointLimits, jsonOrNull } from '../../core/json/json-reader.js';
import type { ConvertSettings } from '../../core/generated/model.generated.js';
import { readSmallText } from '../../files/small-file.js';
import type { GgufHeader } from '../../gguf/header/header.js';
import { checkpointShards, checkpointTensors } from './checkpoint-tensors.js';
import { differingTemplates } from './chat-templates.js';
import { declaredMetadata } from './declared-metadata.js';
import { droppedMetadata } from './dropped-metadata.js';
import { isPartAsked, leftOutParts } from './left-out-parts.js';
import { lostRopeScaling } from './lost-rope-scaling.js';
import { lostWeights, textConfig } from './lost-weights.js';
import { unreadShards } from './unread-shards.js';
import { unendedReplies } from './unended-replies.js';

/** A conversion that was done, and what was asked of it. */
export interface Conversion {
  /** The checkpoint's directory, and its files. */
  directory: string;
  files: readonly string[];
  settings: ConvertSettings;
  /** Text of the metadata file, if any. */
  metadata: string | null;
  header: GgufHeader;
  /** Texts of the GGUF's tokens. */
  tokens: readonly string[];
}

const additional = /^additional_chat_templates\/([^/]+)\.jinja$/;

/** What was declared, or is in the checkpoint, and did not come into the GGUF. */
export async function conversionFindings({
  directory,
  files,
  settings,
  metadata,
  header,
  tokens,
}: Conversion): Promise<string[]> {
  const text = (name: string) => readSmallText(join(directory, name), checkpointLimits.length);
  const file = settings.metadata ?? '';
  const templates = new Map<string, string>();
  for (const name of files) {
    const template = additional.exec(name)?.[1];
    if (template !== undefined) templates.set(template, await text(name));
  }
  const main = files.includes('chat_template.jinja') ? await text('chat_template.jinja') : null;
  const tensors = await checkpointTensors(directory, files);
  const object = async (name: string) => (files.includes(name) ? jsonObject(await text(name)) : null);
  const config = (await object('config.json')) ?? {};
  const generation = await object('generation_config.json');
  return [
    ...(metadata === null
      ? []
      : droppedMetadata(declaredMetadata(metadata, file), header.metadata, settings.modelName).map(
          (finding) => `${file}: ${finding}`,
        )),
    ...differingTemplates({ main, additional: templates }, header.metadata),
    ...leftOutParts(tensors, settings),
    ...(settings.extraArgs?.includes('--mistral-format') === true
      ? []
      : unreadShards(await checkpointShards(directory, files))),
    ...(isPartAsked(settings)
      ? []
      : [
          ...lostWeights({ config, tensors, files, settings, isHeadKept: hasHead(header) }),
          ...lostRopeScaling(textConfig(config), header),
          ...unendedReplies({ generation, config: textConfig(config), header, texts: tokens }),
        ]),
  ];
}

function hasHead({ tensors }: GgufHeader): boolean {
  return tensors.some(({ name }) => name === 'output.weight');
}

/** What the converter has read by now; another text gives no findings. */
function jsonObject(text: string): Readonly<Record<string, unknown>> {
  const value = jsonOrNull(text, checkpointLimits);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
