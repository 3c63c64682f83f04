import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A test waits for events, never for time; this bound only turns a hang into a failure.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // Many tests wait for processes that they have started, so a core is kept busy by more than one of them.
    maxWorkers: availableParallelism() + 1,
  },
})
