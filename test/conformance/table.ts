import type { Row } from './row.js'
import { chunkedCoding, chunkExtensions, incompleteChunks } from './rows/chunked.js'
import { contentLength } from './rows/content-length.js'
import { expectation } from './rows/expect.js'
import { fieldSyntax } from './rows/field-syntax.js'
import { host } from './rows/host.js'
import { limits } from './rows/limits.js'
import { methods, replies } from './rows/methods.js'
import { persistence } from './rows/persistence.js'
import { pipelining } from './rows/pipelining.js'
import { requestLine } from './rows/request-line.js'
import { smuggling } from './rows/smuggling.js'
import { targets } from './rows/targets.js'
import { trailers } from './rows/trailers.js'
import { transferEncoding } from './rows/transfer-encoding.js'
import { upgrade } from './rows/upgrade.js'
import { versions } from './rows/versions.js'

/** The conformance table: every row, by topic. */
export const TABLE: Readonly<Record<string, readonly Row[]>> = {
  'request line': requestLine,
  version: versions,
  target: targets,
  'field syntax': fieldSyntax,
  Host: host,
  'Content-Length': contentLength,
  'Transfer-Encoding': transferEncoding,
  'chunked coding': [...chunkedCoding, ...incompleteChunks],
  'chunk extensions': chunkExtensions,
  trailers,
  persistence,
  pipelining,
  'Expect and interim replies': expectation,
  methods,
  replies,
  Upgrade: upgrade,
  smuggling,
  limits,
}

/** What a row is called, in tests and reports. */
export const nameOf = ({ section, requirement }: Row): string => `${section}: ${requirement}`
