import type { Reading, ReadRequest } from './reading.js'

/** A difference between our parsers and llhttp that is meant to be. */
export interface ExplainedDifference {
  readonly name: string
  /** Why ours is right, with the RFC section. */
  readonly why: string
  /** Bytes that are understood differently, for this reason alone. */
  readonly example: string
  /** The short run doesn't meet it: its example alone shows that it is there. */
  readonly isRare?: true
  /** Whether this is why `bytes` were understood differently. */
  explains(ours: Reading, theirs: Reading, bytes: string): boolean
}

const TAB_BEHIND_CHUNKED = /^transfer-encoding:[ \t]*chunked *\t[ \t]*\r$/im

/** The first request that one has read and the other hasn't, as the one has read it. */
function firstUnread(reader: Reading, other: Reading): ReadRequest | undefined {
  return reader.requests[other.requests.length] ?? reader.open
}

function refusedFor({ ending }: Reading, ...codes: readonly string[]): boolean {
  return ending.kind === 'refused' && codes.includes(ending.code)
}

/** `PRI` begins the preface of HTTP/2 (RFC 9113 §3.4): llhttp waits for the rest of it, whatever the version. */
function waitsForPreface({ ending }: Reading, bytes: string): boolean {
  return ending.kind === 'waits' && bytes.includes('PRI ')
}

/** One closes the connection behind this request, and the other doesn't. */
function onlyCloser(ours: Reading, theirs: Reading): ReadRequest | undefined {
  if (ours.ending.kind === theirs.ending.kind && ours.requests.length === theirs.requests.length)
    return undefined
  const isOurs = ours.ending.kind === 'closed' && ours.requests.length <= theirs.requests.length
  if (isOurs) return ours.requests.at(-1)
  return theirs.ending.kind === 'closed' ? theirs.requests.at(-1) : undefined
}

const hasField = (request: ReadRequest | undefined, name: string): boolean =>
  request?.fields.some((field) => field.startsWith(`${name}: `)) ?? false

export const explainedDifferences: readonly ExplainedDifference[] = [
  {
    name: 'a method that llhttp does not know',
    why: 'any token is a method (RFC 9110 §9.1); an unknown one is answered with 501, and the connection goes on',
    example: 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n',
    explains: (ours, theirs) =>
      refusedFor(theirs, 'INVALID_METHOD') && firstUnread(ours, theirs)?.method === '',
  },
  {
    name: 'a method of another protocol (RTSP, HTTP/2)',
    why: 'as above; llhttp knows it, and wants the version of its protocol behind it',
    example: 'DESCRIBE / HTTP/1.1\r\nHost: x\r\n\r\n',
    explains: (ours, theirs, bytes) =>
      firstUnread(ours, theirs)?.method === '' &&
      (refusedFor(theirs, 'INVALID_CONSTANT', 'INVALID_VERSION') || waitsForPreface(theirs, bytes)),
  },
  {
    name: 'a tab behind a length',
    why: 'SP and HTAB may stand behind any field value (RFC 9112 §5); behind a length llhttp takes SP alone',
    example: 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\t\r\n\r\na',
    explains: (ours, theirs, bytes) =>
      refusedFor(theirs, 'INVALID_CONTENT_LENGTH') &&
      hasField(firstUnread(ours, theirs), 'content-length') &&
      /^content-length:[ \t]*\d+ *\t[ \t]*\r$/im.test(bytes),
  },
  {
    name: 'a tab behind chunked',
    why: 'SP and HTAB may stand behind any field value (RFC 9112 §5); behind a coding llhttp takes SP alone',
    example: 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n',
    explains: (ours, theirs, bytes) =>
      refusedFor(theirs, 'INVALID_TRANSFER_ENCODING') &&
      hasField(firstUnread(ours, theirs), 'transfer-encoding') &&
      TAB_BEHIND_CHUNKED.test(bytes),
  },
  {
    name: 'a tab behind chunked, and an upgrade',
    why: 'as above; for llhttp there is no body then, and the chunks belong to the other protocol',
    example:
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\t\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n1\r\na\r\n0\r\n\r\n',
    explains: (_ours, theirs, bytes) =>
      TAB_BEHIND_CHUNKED.test(bytes) &&
      theirs.requests.some(
        (request) =>
          request.body === '' && hasField(request, 'transfer-encoding') && hasField(request, 'upgrade'),
      ),
  },
  {
    name: 'Proxy-Connection',
    why: 'no standard gives it a meaning for a server (RFC 9112 §C.2.2); llhttp takes it for Connection',
    example: 'GET / HTTP/1.0\r\nProxy-Connection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n',
    explains: (ours, theirs) => hasField(onlyCloser(ours, theirs), 'proxy-connection'),
  },
  {
    name: 'a tab behind a Connection option',
    why: 'SP and HTAB may stand around the members of a list (RFC 9110 §5.6.1.1); llhttp takes SP alone',
    example: 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\t\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n',
    explains: (ours, theirs, bytes) =>
      hasField(onlyCloser(ours, theirs), 'connection') && /^connection:[^\r\n]*\t/im.test(bytes),
  },
  {
    name: 'keep-alive and close in HTTP/1.0',
    why: 'close decides before keep-alive is looked at (RFC 9112 §9.3); llhttp lets keep-alive decide',
    example: 'GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\nGET / HTTP/1.0\r\n\r\n',
    explains: (ours, theirs) => {
      const closer = onlyCloser(ours, theirs)
      const options = closer?.fields.filter((field) => field.startsWith('connection: ')).join() ?? ''
      return closer?.minor === 0 && /keep-alive/i.test(options) && /close/i.test(options)
    },
  },
  {
    name: 'a framing field in a trailer section, in mid-line',
    why: 'we refuse it too (RFC 9110 §6.5.1), but when its line ends; llhttp when its name does',
    example: 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 1',
    isRare: true,
    explains: (ours, theirs, bytes) =>
      ours.open !== undefined &&
      refusedFor(theirs, 'INVALID_CONTENT_LENGTH', 'INVALID_TRANSFER_ENCODING') &&
      /\r\n(?:content-length|transfer-encoding):[^\n]*$/i.test(bytes),
  },
]
