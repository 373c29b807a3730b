import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Json } from '../../core/json/canonical-json.js';
import { digestOf, sha256 } from '../../core/digest.js';
import type { Evidence } from '../../core/generated/evidence.generated.js';
import type { CardSettings } from '../../core/generated/model.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import { renderCard } from '../../report/card/render.js';
import type { CardTemplate } from '../../report/card/template.js';
import { picturesOf } from '../../report/pictures/pictures.js';
import { renderSvg } from '../../report/pictures/svg.js';
import type { Step } from '../step.js';

/** What a card is decided by. */
export interface CardInputs {
  evidence: Evidence;
  settings: CardSettings;
  /** Names of the GGUFs that are published with the card, to which it can link. */
  published: ReadonlySet<string>;
  /** The model's own template, or null for the one that every card has. */
  template: CardTemplate | null;
}

/** Name of the card's file. */
const cardFile = 'README.md';

/**
 * Writes the model card and the pictures that it shows.
 * @throws GgufError `BAD_CARD_TEMPLATE` for placeholders that are not known, before anything is drawn
 */
export function cardStep({ evidence, settings, published, template }: CardInputs): Step {
  const pictures = picturesOf(evidence);
  const text = renderCard(evidence, { settings, template, published, pictures });
  return {
    action: {
      step: 'card',
      version: stepRegistry.card.logicVersion,
      parameters: { settings: settings as unknown as Json, published: [...published].sort() },
      inputs: [
        { role: 'data', name: 'evidence.json', sha256: digestOf(evidence as unknown as Json) },
        ...(template === null
          ? []
          : [
              {
                role: 'template',
                name: template.file.split('/').at(-1) ?? '',
                sha256: sha256(template.text),
              },
            ]),
      ],
      toolchain: null,
    },
    run: async ({ directory, report, signal }) => {
      const write = async (name: string, content: string) => {
        const path = join(directory, name);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, content);
        return { name, path };
      };
      const files = [await write(cardFile, text)];
      for (const [index, picture] of pictures.entries()) {
        signal?.throwIfAborted();
        files.push(await write(picture.file, await renderSvg(picture.spec, picture)));
        report({
          type: 'progress',
          label: 'pictures',
          done: index + 1,
          total: pictures.length,
          unit: 'files',
        });
      }
      return { files, facts: {}, commands: [] };
    },
  };
}
