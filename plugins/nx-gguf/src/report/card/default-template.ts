import type { CardTemplate } from './template.js';

/** The card of a model that has no template of its own. */
export const defaultTemplate: CardTemplate = {
  file: 'the default card',
  text: `# {{name}} GGUF

{{description}}

## Files

{{files}}

{{picture.kld-size}}

## Closeness to the unquantized model

{{closeness}}

{{picture.kld-percentiles}}

{{comparisons}}

{{paired}}

{{picture.kld-running}}

{{gates}}

## Speed

{{speed}}

{{picture.speed}}

## Tensor types

{{tensor-types}}

## How to make it yourself

{{reproduce}}

## Identities

{{identities}}
`,
};
