/* global Deno */
import { FetchApp } from './acts.mjs'

const app = new FetchApp()
const quiet = { port: 0, hostname: '127.0.0.1', onListen: () => undefined }
const server = Deno.serve({ ...quiet, onError: () => new Response('failed', { status: 500 }) }, (request) =>
  app.fetch(request),
)
const control = Deno.serve(quiet, () => Response.json(app.takeLog()))
console.log(
  JSON.stringify({ port: server.addr.port, control: control.addr.port, version: Deno.version.deno }),
)
