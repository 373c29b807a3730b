const part = /(<!-- generated: (.+?) -->\n).*?(<!-- \/generated -->)/gs;

/**
 * A Markdown text with each part between `<!-- generated: NAME -->` and `<!-- /generated -->` made anew by
 * the function that gets its name.
 */
export function withGeneratedParts(text, make) {
  return text.replace(part, (_, begin, name, end) => `${begin}\n${make(name).trim()}\n\n${end}`);
}

/** A text as a fenced block of Markdown. */
export function fenced(language, text) {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}
