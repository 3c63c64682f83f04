import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { apply, MUTATIONS } from '../../scripts/mutations.mjs'

const names = (readdirSync('dist', { recursive: true }) as string[]).filter((name) =>
  /^(http|io)\/.*\.js$/.test(name),
)
const product: ReadonlyMap<string, string> = new Map(
  names.map((name) => [name, readFileSync(join('dist', name), 'utf8')]),
)

/** `npm run mutate` shows that the simulation finds each of them; here, that there is still something to break. */
describe('a deliberate break of the product', () => {
  it('there are at least twelve of', () => {
    expect(MUTATIONS.length).toBeGreaterThanOrEqual(12)
    expect(new Set(MUTATIONS.map(({ rule }) => rule)).size).toBe(MUTATIONS.length)
  })

  it.each(MUTATIONS.map((mutation) => [mutation.rule, mutation] as const))('%s', (_, mutation) => {
    const { name, text } = apply(product, mutation)
    expect(text).not.toBe(product.get(name))
  })

  it('is refused where its code is not found, or found twice', () => {
    const lost = { rule: 'x', seenIn: '', from: 'this stands nowhere', to: '' }
    expect(() => apply(product, lost)).toThrow('stands 0 times')
    expect(() => apply(product, { ...lost, from: 'import {' })).toThrow(/stands \d+ times/)
  })
})
