/* global Bun */
import { handler, port } from './acts.mjs'

Bun.serve({ port, hostname: '127.0.0.1', development: false, idleTimeout: 120, fetch: handler })
