/**
 * Serves the files of a folder. They are opened and read in Node's thread pool, at the client's pace; when the client goes
 * away the file is closed.
 *
 *     node build/examples/files.js ./docs
 *     curl http://127.0.0.1:8080/guide.md
 *
 * It leaves out: ranges, caching, listings. A proxy in front does those better.
 */
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type ErrorListener, type ListeningServer, type Request, type Response, serve } from 'calandria'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
}

export interface FileServerOptions {
  readonly folder: string
  readonly port: number
  readonly onError?: ErrorListener
}

export async function serveFiles({ folder, ...options }: FileServerOptions): Promise<ListeningServer> {
  const root = await realpath(folder)
  return serve({ ...options, handler: (request, response) => sendFile(root, request, response) })
}

async function sendFile(root: string, request: Request, response: Response): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.status(405).header('Allow', 'GET, HEAD').send()
    return
  }
  const file = await openIn(root, request.path)
  if (file === null) {
    response.status(404).send('there is no such file\n')
    return
  }
  try {
    const { size } = await file.stat()
    response.header('Content-Type', TYPES[extname(request.path)] ?? 'application/octet-stream')
    response.header('Content-Length', size)
    // No more than was announced, should the file grow meanwhile; should it shrink, the connection is aborted.
    if (size > 0) await response.stream(file.createReadStream({ end: size - 1, autoClose: false }))
    else response.send()
  } finally {
    await file.close() // also when the client has gone
  }
}

/** @returns `null` when there is no such file, or it lies outside of `root`, be it by `..` or by a link */
async function openIn(root: string, path: string): Promise<FileHandle | null> {
  try {
    const real = await realpath(join(root, decodeURIComponent(path)))
    if (!real.startsWith(root + sep)) return null
    const file = await open(real)
    if ((await file.stat()).isFile()) return file
    await file.close()
    return null
  } catch (error) {
    if (isNotFound(error)) return null
    throw error
  }
}

/** No such file, a file where a folder should be, a name with a NUL or one that is too long, or escapes that are none. */
function isNotFound(error: unknown): boolean {
  if (error instanceof URIError) return true
  const { code } = error as NodeJS.ErrnoException
  return ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE', 'ELOOP'].includes(code ?? '')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const port = Number(process.env['PORT'] ?? 8080)
  const server = await serveFiles({ folder: process.argv[2] ?? '.', port })
  console.log(`listens on ${server.location}`)
}
