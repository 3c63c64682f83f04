import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { act, acts, port } from './acts.mjs'

const app = new Hono()
if (act === 'routes')
  for (const [name, handler] of Object.entries(acts)) app.all(`/${name}`, (c) => handler(c.req.raw))
else app.all('/', (c) => acts[act](c.req.raw))

serve({ fetch: app.fetch, port, hostname: '127.0.0.1', serverOptions: { keepAliveTimeout: 120_000 } })
