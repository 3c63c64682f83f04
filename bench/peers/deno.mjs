/* global Deno */
import { handler, port } from './acts.mjs'

Deno.serve({ port, hostname: '127.0.0.1', onListen: () => undefined }, handler)
