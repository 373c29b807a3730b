/** The shape of all code; JSON, Markdown and generated files keep the one they have. */
export default {
  printWidth: 110,
  singleQuote: true,
  trailingComma: 'all',
  embeddedLanguageFormatting: 'off',
};
