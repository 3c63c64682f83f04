import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** `npm run conformance:peers`: no test of the project, but a program that needs the same tools. */
export default defineConfig({
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  test: {
    include: ['test/conformance/peers/score.ts'],
    testTimeout: 20 * 60_000,
    disableConsoleIntercept: true,
  },
})
