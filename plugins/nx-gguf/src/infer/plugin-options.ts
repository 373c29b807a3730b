import type { NxJsonConfiguration } from '@nx/devkit';

/** The options of this plugin in nx.json, as they stand there; undefined when it has none. */
export function pluginOptions({ plugins = [] }: Pick<NxJsonConfiguration, 'plugins'>): unknown {
  for (const plugin of plugins)
    if (typeof plugin === 'object' && plugin.plugin === 'nx-gguf') return plugin.options;
  return undefined;
}
