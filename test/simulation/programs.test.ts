import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { runToEnd } from './run-to-end.js'

describe('the example of docs/simulation.md', () => {
  it('is the one in examples/, to the letter', () => {
    const code = readFileSync('examples/simulation.ts', 'utf8').replace(/^\/\*\*.*?\*\/\n/s, '')
    expect(readFileSync('docs/simulation.md', 'utf8')).toContain(`\`\`\`ts\n${code}\`\`\``)
  })

  it('runs', async () => {
    expect(await runToEnd('build/examples/simulation.js', [])).toEqual({
      code: 0,
      output: '100 seeds, and more than eight minutes of virtual time\n',
    })
  })
})

describe('npm run simulate', () => {
  it('tells how many seeds ran, and that none has failed', async () => {
    const { code, output } = await runToEnd('build/simulation/run.js', ['--seeds', '3', '--from', '5'])
    expect(code).toBe(0)
    expect(output).toMatch(/^3 seeds in .* 0 seeds have failed\n$/)
  })

  it('refuses what is no number', async () => {
    const { code, output } = await runToEnd('build/simulation/run.js', ['--seeds', 'many'])
    expect(code).toBe(2)
    expect(output).toMatch(/^Usage: /)
  })
})

describe('npm run simulate:million', () => {
  it('answers every request of a thousand connections, and leaves nothing', async () => {
    const parameters = [
      '--expose-gc',
      'build/simulation/million.js',
      '--connections',
      '1000',
      '--seconds',
      '2',
      '--every',
      '1',
    ]
    const { code, output } = await runToEnd(parameters[0] as string, parameters.slice(1))
    expect(output).toMatch(/requests, of which answered right +2,000, 2,000\n/)
    expect(output).toMatch(/left after server.close\(\) +0 connections, 0 timers\n/)
    expect(code).toBe(0)
  })
})
