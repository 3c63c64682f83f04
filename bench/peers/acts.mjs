/** What Hono, Bun and Deno answer: Fetch API handlers, the same bytes as in ../programs/acts.ts. */
const HELLO = 'Hello, World!'
const KILOBYTE = 'k'.repeat(1024)
const TEN_KILOBYTES = 't'.repeat(10_000)
const CHUNK = new TextEncoder().encode('s'.repeat(128))

const text = (body) => new Response(body, { headers: { 'content-type': 'text/plain' } })

function stream() {
  let left = 8
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(CHUNK)
      if (--left === 0) controller.close()
    },
  })
}

function block() {
  const until = performance.now() + 20
  while (performance.now() < until);
}

export const acts = {
  hello: () => text(HELLO),
  kilobyte: () => text(KILOBYTE),
  tenKilobytes: () => text(TEN_KILOBYTES),
  json: () => Response.json({ message: HELLO }),
  upload: async (request) => text(String((await request.arrayBuffer()).byteLength)),
  stream: () => text(stream()),
  delay: async () => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    return text(HELLO)
  },
  slow: () => {
    block()
    return text(HELLO)
  },
}

const given = globalThis.Deno === undefined ? process.env : Deno.env.toObject()
export const act = given.ACT ?? 'hello'
export const port = Number(given.PORT ?? '8080')

/** `routes` means all acts, by path. */
const byPath = (request) => acts[new URL(request.url).pathname.slice(1)](request)
export const handler = act === 'routes' ? byPath : acts[act]
