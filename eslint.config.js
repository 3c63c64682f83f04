import { fileURLToPath } from 'node:url'
import importX, { createNodeResolver } from 'eslint-plugin-import-x'
import n from 'eslint-plugin-n'
import tseslint from 'typescript-eslint'

const root = fileURLToPath(new URL('.', import.meta.url))

/** All time and chance reach the core through the reactor; only its drivers may ask Node for them. */
const timeAndChance = ['setTimeout', 'setInterval', 'setImmediate', 'performance', 'Date']
const drivers = ['src/reactor/node-driver.ts', 'src/reactor/clock.ts']

/** The only files that may know that sockets exist. */
const socketFiles = ['src/io/tcp-*.ts', 'src/io/onread*.ts']

export default tseslint.config(
  { ignores: ['dist', 'build', 'coverage', 'node_modules', 'bench/results', 'bench/peers'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    plugins: { n, 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createNodeResolver({ extensionAlias: { '.js': ['.ts', '.js'] } })],
    },
    languageOptions: {
      parserOptions: {
        project: ['src/tsconfig.json', 'examples/tsconfig.json', 'bench/tsconfig.json', 'test/tsconfig.json'],
        tsconfigRootDir: root,
      },
    },
    rules: {
      // enums and hot loops read better with numbers and indices spelled out
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // indexing yields `T | undefined`; where an invariant says otherwise, `as T` says so without the banned `!`
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: 'error',
      'no-fallthrough': 'error',
      'max-lines': ['error', { max: 400 }],
      'n/prefer-node-protocol': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'n/no-sync': 'error',
      'no-console': 'error',
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: root,
          zones: [
            {
              target: './src/errors',
              from: './src',
              except: ['./errors'],
              message: 'errors stands below everything.',
            },
            {
              target: './src/reactor',
              from: ['./src/io', './src/http'],
              message: 'Imports go down only: reactor is the ground floor.',
            },
            {
              target: './src/io',
              from: './src/http',
              message: 'Imports go down only: io knows nothing of HTTP.',
            },
            {
              target: './src',
              from: ['./bench', './test', './examples'],
              message: 'The product imports nothing from outside src.',
            },
          ],
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            'node:net',
            'net',
            'node:tls',
            'node:http',
            'node:https',
            'node:timers',
            'node:perf_hooks',
            'node:timers/promises',
          ],
        },
      ],
      'no-restricted-globals': ['error', ...timeAndChance],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random' },
        { object: 'process', property: 'hrtime' },
      ],
    },
  },
  {
    files: ['src/reactor/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ['node:*', '../io/*', '../http/*'] }],
    },
  },
  { files: drivers, rules: { 'no-restricted-globals': 'off', 'no-restricted-imports': 'off' } },
  { files: socketFiles, rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts', 'scripts/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
)
