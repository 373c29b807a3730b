import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      'plugins/*/build/**',
      '**/node_modules/**',
      '.nx/**',
      '**/*.generated.ts',
      'tmp/**',
    ],
  },
  { files: ['**/*.mjs', 'plugins/nx-gguf/page/*.js'], extends: [tseslint.configs.base] },
  {
    files: ['plugins/**/*.ts', 'tools/**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-params': 'off',
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='process'][callee.property.name='chdir']",
          message: 'Never change the working directory of the process.',
        },
      ],
    },
  },
);
