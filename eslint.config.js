import { fileURLToPath } from 'node:url'
import n from 'eslint-plugin-n'
import tseslint from 'typescript-eslint'

const root = fileURLToPath(new URL('.', import.meta.url))

/** All time and chance reach the core through the reactor; only its drivers may ask Node for them. */
const timeAndChance = ['setTimeout', 'setInterval', 'setImmediate', 'performance', 'Date']
const drivers = ['src/reactor/node-driver.ts', 'src/reactor/virtual-loop.ts', 'src/reactor/clock.ts']

/** The stall watchdog stands beside the loop: it has a thread, a timer and the inspector of its own. */
const watchdogFiles = ['src/reactor/stall-*.ts', 'src/reactor/turn-lengths.ts']

/** What of the load generator runs outside of its reactor: its processes, its command, the servers that calibrate it. */
const loadPrograms = [
  'bench/generator/generator-process.ts',
  'bench/generator/run-load.ts',
  'bench/generator/calibration*.ts',
  'bench/generator/command*.ts',
]

/** The only files that may know that sockets exist. */
const socketFiles = [
  'src/io/socket-*.ts',
  'src/io/onread*.ts',
  'src/io/direct-*.ts',
  'src/io/tls-*.ts',
  'src/io/proxy-*.ts',
  'src/io/trusted-peers.ts',
  'src/io/write-progress.ts',
]

/** What gives access to time or sockets by another name. */
const nodeDoors = [
  'node:net',
  'node:tls',
  'node:http',
  'node:https',
  'node:timers',
  'node:timers/promises',
  'node:perf_hooks',
]

/** Imports go down only: testing, http, io, reactor, errors; tracing stands beside http and io, on the reactor. */
const outside = {
  regex: '(^|/)(bench|endurance|simulation|test|examples|scripts|dist|build)/',
  message: 'The product imports nothing from outside src.',
}
const notUpTo = (...floors) => ({
  regex: `(^|/)(${floors.join('|')})/`,
  message: 'Imports go down only: testing, http, io, reactor, errors.',
})
/** A server must not load what it records with only when asked. */
const notTracing = {
  regex: '(^|/)tracing(/|\\.js)',
  message: 'Nobody in the product needs the tracing; its own face exports it.',
}
const floor = (files, paths, ...patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { paths, patterns: [outside, ...patterns] }] },
})

export default tseslint.config(
  { ignores: ['dist', 'build', 'coverage', 'node_modules', 'bench/results', 'bench/peers'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    plugins: { n },
    languageOptions: {
      parserOptions: {
        project: [
          'src/tsconfig.json',
          'examples/tsconfig.json',
          'bench/tsconfig.json',
          'bench/generator/tsconfig.json',
          'endurance/tsconfig.json',
          'simulation/tsconfig.json',
          'test/tsconfig.json',
        ],
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
      'no-restricted-globals': ['error', ...timeAndChance],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random' },
        { object: 'process', property: 'hrtime' },
      ],
    },
  },
  floor(['src/testing.ts', 'src/testing/**/*.ts'], nodeDoors),
  floor(['src/index.ts', 'src/llhttp.ts', 'src/http/**/*.ts'], nodeDoors, notUpTo('testing'), notTracing),
  floor(['src/tracing.ts'], nodeDoors),
  floor(['src/tracing/**/*.ts'], [], notUpTo('testing', 'http', 'io'), {
    regex: '^node:',
    message: 'It needs none of Node.',
  }),
  floor(['src/io/**/*.ts'], nodeDoors, notUpTo('testing', 'http', 'tracing')),
  floor(socketFiles, [], notUpTo('testing', 'http', 'tracing')),
  floor(['src/reactor/**/*.ts'], [], notUpTo('testing', 'http', 'io', 'tracing'), {
    regex: '^node:',
    message: 'Only a driver asks Node.',
  }),
  floor(['src/reactor/clock.ts'], [], notUpTo('testing', 'http', 'io', 'tracing')),
  floor(watchdogFiles, [], notUpTo('testing', 'http', 'io', 'tracing')),
  floor(['src/errors/**/*.ts'], [], notUpTo('testing', 'http', 'io', 'tracing', 'reactor'), {
    regex: '^node:',
  }),
  // The load generator is built on the public package alone, and takes its time from the reactor, so that it runs in simulation.
  {
    files: ['bench/generator/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^\\.\\./',
              message: 'The generator imports nothing of the harness or of src: it is a package of its own.',
            },
            { regex: '^#', message: 'The generator uses the public API: calandria, calandria/llhttp.' },
          ],
        },
      ],
      'no-restricted-globals': ['error', ...timeAndChance.filter((name) => name !== 'Date')],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random' },
        { object: 'Date', property: 'now' },
      ],
    },
  },
  { files: loadPrograms, rules: { 'no-restricted-globals': 'off' } },
  { files: [...drivers, ...watchdogFiles], rules: { 'no-restricted-globals': 'off' } },
  {
    files: [
      'test/**/*.ts',
      'bench/**/*.ts',
      'endurance/**/*.ts',
      'simulation/**/*.ts',
      'examples/**/*.ts',
      'scripts/**/*.ts',
    ],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  { files: ['**/*.js', '**/*.mjs', '**/*.cjs'], ...tseslint.configs.disableTypeChecked },
)
