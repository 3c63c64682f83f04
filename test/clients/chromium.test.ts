import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Router, type RouteHandler } from '../../src/index.js'
import { READ_PATHS, startServer } from '../sockets/started-server.js'
import { whyWithout } from './programs.js'

const run = promisify(execFile)
const reason = whyWithout('chromium', ['chromium', '--version'])

const SCRIPTS = 20
const STYLES = 10
const IMAGES = 20

const each = (count: number, text: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join('\n')

/** The page looks itself whether each of its files has had its effect, and says so in its title. */
const PAGE = `<!doctype html><html><head><title>loading</title>
${each(STYLES, (i) => `<link rel="stylesheet" href="/style/${i}.css">`)}
<script>const scripts = new Set()</script>
${each(SCRIPTS, (i) => `<script src="/script/${i}.js"></script>`)}
</head><body>
${each(STYLES, (i) => `<p id="p${i}"></p>`)}
${each(IMAGES, (i) => `<img src="/image/${i}.svg">`)}
<script>
  onload = () => {
    const styled = [...document.querySelectorAll('p')].filter((p, i) => getComputedStyle(p).zIndex === String(i + 1))
    const shown = [...document.images].filter((image, i) => image.naturalWidth === i + 1)
    document.title = 'scripts ' + scripts.size + ', styles ' + styled.length + ', images ' + shown.length
  }
</script></body></html>`

/** Some at once, some later, some streamed. */
function file(type: string, content: (i: number) => string): RouteHandler {
  return async (_request, response, { name }) => {
    const i = Number.parseInt(name ?? '', 10)
    response.header('Content-Type', type)
    if (i % 3 > 0) await new Promise((resolve) => setImmediate(resolve))
    if (i % 3 < 2) response.send(content(i))
    else {
      response.write(content(i))
      response.end()
    }
  }
}

const router = new Router()
  .get('/', (_request, response) => response.header('Content-Type', 'text/html').send(PAGE))
  .get(
    '/style/:name',
    file('text/css', (i) => `#p${i} { z-index: ${i + 1} }`),
  )
  .get(
    '/script/:name',
    file('text/javascript', (i) => `scripts.add(${i})`),
  )
  .get(
    '/image/:name',
    file('image/svg+xml', (i) => `<svg xmlns="http://www.w3.org/2000/svg" width="${i + 1}" height="1"/>`),
  )

/** Shows `url` in a browser that has never been used. @returns the page as it is once all of it is loaded */
async function browse(url: string): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'calandria-'))
  onTestFinished(() => rmSync(profile, { recursive: true, maxRetries: 5 }))
  const quiet = [
    'background-networking',
    'component-update',
    'sync',
    'quic',
    'gpu',
    'dev-shm-usage',
    'extensions',
  ]
  const { stdout } = await run('chromium', [
    '--headless',
    '--no-sandbox',
    '--no-first-run',
    '--no-proxy-server',
    ...quiet.map((feature) => `--disable-${feature}`),
    `--user-data-dir=${profile}`,
    '--dump-dom',
    url,
  ])
  return stdout
}

describe.each(READ_PATHS)(`Chromium, read path %s${reason ?? ''}`, (readPath) => {
  test.skipIf(reason !== null)('loads a page with 50 small files', async () => {
    const server = await startServer({ readPath, handler: router.handler })
    const page = await browse(`http://127.0.0.1:${server.address.port}/`)
    expect(/<title>(.*)<\/title>/.exec(page)?.[1]).toBe(
      `scripts ${SCRIPTS}, styles ${STYLES}, images ${IMAGES}`,
    )
    const { requests, refused, handlerErrors } = server.statistics()
    expect(requests).toBeGreaterThanOrEqual(1 + SCRIPTS + STYLES + IMAGES)
    expect({ refused, handlerErrors }).toEqual({ refused: 0, handlerErrors: 0 })
  })
})
