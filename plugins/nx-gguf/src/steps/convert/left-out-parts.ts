/** What weights of a checkpoint are for, the first that fits. */
const kinds: readonly (readonly [part: string, isOf: RegExp])[] = [
  ['to speak', /talker\.|token2wav\.|code2wav\./],
  ['for sound', /^(?:conformer|sound_encoder|sound_projection|speech_embeddings)\.|audio\.|audio_/],
  [
    'for images',
    /^(?:vit|vpm|siglip2)\.|visual\.|vision\.|vision_|image_newline|view_seperator|patch_embed|patch_merge/,
  ],
  [
    'that join other inputs to text',
    /^(?:mlp|merger\.|resampler\.)|projector\.|pre_mm_projector_norm|model\.connector\./,
  ],
];

/**
 * Weights of a checkpoint that a conversion of its text model leaves out (`filter_tensors` in
 * conversion/base.py of llama.cpp v0.5.0), in words.
 */
export function leftOutParts(
  tensors: readonly string[],
  settings: { extraArgs?: string[] | undefined },
): string[] {
  if (isPartAsked(settings)) return [];
  const found = new Map<string, string[]>();
  for (const tensor of tensors) {
    const part = kinds.find(([, isOf]) => isOf.test(tensor))?.[0];
    if (part === undefined) continue;
    const names = found.get(part) ?? [];
    names.push(tensor);
    found.set(part, names);
  }
  return [...found].map(
    ([part, names]) =>
      `the checkpoint has weights ${part} (${names.length} ${names.length === 1 ? 'tensor' : 'tensors'}, such as ${names[0] ?? ''}), which are not in the GGUF: only the text model is converted (a model of its own with "extraArgs": ["--mmproj"] makes the projector that llama.cpp loads beside it)`,
  );
}

/** True when a projector, a predictor of further tokens or a vocabulary is asked for, and no text model. */
export function isPartAsked({ extraArgs = [] }: { extraArgs?: string[] | undefined }): boolean {
  const parts = ['--mmproj', '--mtp', '--dspark', '--vocab-only'];
  return extraArgs.some((argument) => parts.includes(argument));
}
