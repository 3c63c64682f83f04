// A server that is recorded, with a handler that may bring the process down.
import { Reactor, serve } from 'calandria'
import { options } from './crashing-handler.mjs'

const reactor = new Reactor()
const server = await serve({ port: 0, reactor, ...options(reactor), record: { file: process.argv[2] } })
console.log(`listening on ${server.address.port}`)
