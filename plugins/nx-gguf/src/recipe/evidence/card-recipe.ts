import { join } from 'node:path';
import type { Evidence } from '../../core/generated/evidence.generated.js';
import type { Model } from '../../core/generated/model.generated.js';
import { labelWarnings } from '../../publication/labels.js';
import { publisher, publishes } from '../../publication/settings.js';
import { templateFindings } from '../../report/card/template-findings.js';
import { cardStep } from '../../steps/evidence/card.js';
import type { Step } from '../../steps/step.js';
import type { TargetRecipe } from '../target-recipe.js';
import { tellUnused, unusedCard } from '../unused-settings.js';
import { namedFile } from '../upstream-files.js';
import { modelEvidence } from './model-evidence.js';

/** The step that writes the card of a model. */
export async function cardRecipe({ ref, ports, model, toolchain }: TargetRecipe): Promise<Step> {
  for (const message of labelWarnings(model)) ports.environment.report({ type: 'warning', message });
  const evidence = await modelEvidence({ ref, model, toolchain }, ports);
  const named = model.card?.template;
  const template =
    named === undefined
      ? null
      : {
          file: join(evidence.directory, named),
          text: await namedFile(ref, ports, { file: named, by: 'card.template' }),
        };
  tellUnused(unusedCard(model.card ?? {}), ports);
  if (template !== null) tellUnused(templateFindings(template, model), ports);
  const owner = publisher(model);
  return cardStep({
    evidence,
    settings: { ...(owner === null ? {} : { quantizedBy: owner }), ...model.card },
    published: publishedGgufs(model, evidence),
    template,
  });
}

function publishedGgufs(model: Model, { variants, unquantized }: Evidence): ReadonlySet<string> {
  const files = [
    ...(publishes(model, 'unquantized') ? (unquantized.split?.files ?? unquantized.files) : []),
    ...variants
      .filter(({ name }) => publishes(model, { variant: name }))
      .flatMap(({ files, split }) => split?.files ?? files),
  ];
  return new Set(files.map(({ name }) => name));
}
