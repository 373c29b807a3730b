import type { Evidence } from '../../core/generated/evidence.generated.js';
import type { CardSettings } from '../../core/generated/model.generated.js';
import type { Picture } from '../pictures/pictures.js';
import { closenessSection, comparisonsSection } from './closeness-section.js';
import { defaultTemplate } from './default-template.js';
import { filesSection } from './files-section.js';
import { frontMatter } from './front-matter.js';
import { gatesSection } from './gates-section.js';
import { identitiesSection } from './identities-section.js';
import { plainText } from './markdown.js';
import { pairedSection } from './paired-section.js';
import { reproduceSection } from './reproduce-section.js';
import { speedSection } from './speed-section.js';
import { fillTemplate, type CardTemplate } from './template.js';
import { tensorTypesSection } from './tensor-types-section.js';
import { cardValues, formerPlaceholders } from './values.js';

/** What a card is rendered with, beside the evidence. */
export interface CardParts {
  readonly settings?: CardSettings;
  readonly template?: CardTemplate | null;
  /** Names of the GGUFs that are published with it: all of the variants when absent. */
  readonly published?: ReadonlySet<string>;
  /** Pictures that lie beside the card. */
  readonly pictures: readonly Pick<Picture, 'file' | 'alt'>[];
}

/** Pictures that a template can name; those that the evidence is not enough for are left out of the card. */
const pictureNames = ['kld-size', 'kld-percentiles', 'kld-running', 'speed'];

/**
 * The model card: front matter and Markdown, the same bytes for the same evidence.
 * @throws GgufError `BAD_CARD_TEMPLATE`
 */
export function renderCard(
  evidence: Evidence,
  { settings = {}, template = null, published, pictures }: CardParts,
): string {
  const picture = (name: string): string => {
    const found = pictures.find(({ file }) => file.endsWith(`/${name}.svg`));
    return found === undefined ? '' : `![${plainText(found.alt)}](${found.file})`;
  };
  const values = new Map([
    ...cardValues(evidence),
    ['files', filesSection(evidence, published)],
    ['closeness', closenessSection(evidence)],
    ['comparisons', comparisonsSection(evidence)],
    ['paired', pairedSection(evidence)],
    ['gates', gatesSection(evidence)],
    ['speed', speedSection(evidence)],
    ['tensor-types', tensorTypesSection(evidence, (variant) => picture(`tensors-${variant}`))],
    ['reproduce', reproduceSection(evidence)],
    ['identities', identitiesSection(evidence)],
    ...pictureNames.map((name): [string, string] => [`picture.${name}`, picture(name)]),
    ...evidence.variants.map(({ name }): [string, string] => [
      `picture.tensors-${name}`,
      picture(`tensors-${name}`),
    ]),
  ]);
  return `${frontMatter(evidence, settings)}\n${fillTemplate(template ?? defaultTemplate, values, formerPlaceholders(evidence))}`;
}
