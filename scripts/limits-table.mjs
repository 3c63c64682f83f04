/**
 * Writes the table of limits and time-outs in docs/security.md from their docstrings, and checks that these name the
 * defaults that the code has, and that every test the page names exists. With --check it changes nothing and fails when
 * the page has drifted. Run `npm run build` first.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { DEFAULT_LIMITS, DEFAULT_TIMEOUTS } from '../dist/http/limits.js'
import { keepInStep } from './generated-docs.mjs'

const read = (path) => readFile(new URL(`../${path}`, import.meta.url), 'utf8')
const limits = await read('src/http/limits.ts')

const rows = [
  ...rowsOf(members(limits, 'Limits'), 'limits.', DEFAULT_LIMITS),
  ...rowsOf(members(limits, 'Timeouts'), 'timeouts.', DEFAULT_TIMEOUTS),
  ...rowsOf(only(members(await read('src/http/server-options.ts'), 'ServeOptions'), 'lingerMs')),
  ...rowsOf(
    only(members(await read('src/http/listen-options.ts'), 'ListenOptions'), 'highWaterMark', 'backlog'),
  ),
  ...rowsOf(only(members(await read('src/io/tls-options.ts'), 'TlsOptions'), 'handshakeTimeoutMs'), 'tls.'),
  ...rowsOf(
    only(members(await read('src/io/proxy-door.ts'), 'ProxyProtocolOptions'), 'timeoutMs'),
    'proxyProtocol.',
  ),
]
const table = ['| option | default | |', '|---|---|---|', ...rows].join('\n')
await keepInStep('security.md', 'table', { limits: table }, 'npm run docs:tables')

for (const [, path] of (await read('docs/security.md')).matchAll(/`((?:test|endurance)\/[^`*]+)`/g)) {
  if (existsSync(new URL(`../${path}`, import.meta.url))) continue
  console.error(`docs/security.md names ${path}, which does not exist`)
  process.exitCode = 1
}

/** The members of an interface: name and docstring, on one line. */
function members(source, name) {
  const body = new RegExp(`export interface ${name} [^]*?\\n}`).exec(source)?.[0]
  if (body === undefined) throw new Error(`there is no interface ${name}`)
  const found = body.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s*readonly (\w+)/g)
  return [...found].map(([, text, member]) => [member, text.replace(/\s*\n\s*\*?\s*/g, ' ').trim()])
}

function only(all, ...names) {
  const found = all.filter(([name]) => names.includes(name))
  if (found.length !== names.length) throw new Error(`not all of ${names.join()} were found`)
  return found
}

/** @param defaults where the code tells them; the docstrings must agree */
function rowsOf(found, prefix = '', defaults = null) {
  const missing = Object.keys(defaults ?? {}).filter((name) => !found.some(([member]) => member === name))
  if (missing.length > 0) throw new Error(`no docstring was found for ${missing.join()}`)
  return found.map(([name, text]) => {
    const [, what, value, more] =
      /^(.*?) Default `?([\d,]+|Infinity)`?(?: \([^)]*\))?(?:: (.*)|\.)$/.exec(text) ?? []
    if (value === undefined) throw new Error(`the docstring of ${name} names no default`)
    if (defaults !== null && value !== defaults[name].toLocaleString('en').replace('∞', 'Infinity'))
      throw new Error(`the docstring of ${name} says ${value}, the code ${defaults[name]}`)
    const why = more === undefined ? '' : ` ${more[0].toUpperCase()}${more.slice(1)}`
    const cell = (what + why).replace(/\{@link (\w+)\}/g, `\`${prefix}$1\``)
    return `| \`${prefix}${name}\` | ${value === 'Infinity' ? 'none' : value} | ${cell} |`
  })
}
