/* global Bun */
import { FetchApp } from './acts.mjs'

const app = new FetchApp()
const serve = (fetch) => Bun.serve({ port: 0, hostname: '127.0.0.1', fetch, development: false })
const server = serve((request) => app.fetch(request))
const control = serve(() => Response.json(app.takeLog()))
console.log(JSON.stringify({ port: server.port, control: control.port, version: Bun.version }))
