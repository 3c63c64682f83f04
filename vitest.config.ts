import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/**
 * These leave nothing behind in their process, so many share one: to start it and to load the sources takes longer than
 * most of them. What looks at its process, mocks a module or waits for the collector is named below, or lies elsewhere.
 */
const sharing = ['test/{clients,conformance,generator,http,io,proxy,reactor,sockets,tracing}/**/*.test.ts']
const exceptions = [
  'test/http/parser/*{cost,forgotten}.test.ts',
  'test/reactor/{node-driver,process,process-exit}.test.ts',
]

export default defineConfig({
  test: {
    // A test waits for events, never for time; this bound only turns a hang into a failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Many tests wait for processes that they have started, so a core is kept busy by more than one of them.
    maxWorkers: availableParallelism() + 1,
    projects: [
      { extends: true, test: { name: 'shared', isolate: false, include: sharing, exclude: exceptions } },
      { extends: true, test: { name: 'own', include: ['test/**/*.test.ts'], exclude: sharing } },
      { extends: true, test: { name: 'exceptions', include: exceptions } },
    ],
  },
})
