/**
 * Every error of Calandria, in one table: a stable code, what it means, the HTTP status a client sees (if it
 * sees one), and what becomes of its connection. The docs and a test are checked against this table.
 */
export interface ErrorEntry {
  /** HTTP status of the answer, or `null` where no client is involved. */
  readonly status: number | null
  /** Whether the connection may go on after the answer. */
  readonly connection: 'lives' | 'closes' | 'none'
  /** What went wrong, for people; the part after it may hold particulars. */
  readonly message: string
}

const refused = (status: number, message: string): ErrorEntry => ({ status, connection: 'closes', message })
const answered = (status: number, message: string): ErrorEntry => ({ status, connection: 'lives', message })
const local = (message: string): ErrorEntry => ({ status: null, connection: 'none', message })

/** The table. Codes are never renamed and never reused. */
export const ERRORS = {
  // Request heads: where the stream can't be trusted, the connection closes.
  CAL_ERR_HTTP_METHOD: refused(400, 'the method is not a token (RFC 9110 §9.1)'),
  CAL_ERR_HTTP_METHOD_TOO_LONG: refused(
    501,
    'the method is longer than any that is implemented (RFC 9112 §3)',
  ),
  CAL_ERR_HTTP_TARGET: refused(400, 'the request target is malformed (RFC 9112 §3.2)'),
  CAL_ERR_HTTP_TARGET_TOO_LONG: refused(414, 'the request target is too long (RFC 9112 §3)'),
  CAL_ERR_HTTP_VERSION: refused(400, 'the HTTP version is malformed (RFC 9112 §2.3)'),
  CAL_ERR_HTTP_VERSION_UNSUPPORTED: refused(
    505,
    'the HTTP version is neither 1.0 nor 1.1 (RFC 9110 §15.6.6)',
  ),
  CAL_ERR_HTTP_LINE_END: refused(400, 'a line does not end with CR LF (RFC 9112 §2.2)'),
  CAL_ERR_HTTP_FIELD_NAME: refused(400, 'a field name is not a token followed by a colon (RFC 9112 §5.1)'),
  CAL_ERR_HTTP_FIELD_VALUE: refused(400, 'a field value holds a control character (RFC 9110 §5.5)'),
  CAL_ERR_HTTP_FOLDED: refused(400, 'a field line is folded (RFC 9112 §5.2)'),
  CAL_ERR_HTTP_HEAD_TOO_LARGE: refused(431, 'the header section is too large (RFC 6585 §5)'),
  CAL_ERR_HTTP_TOO_MANY_FIELDS: refused(431, 'the header section has too many fields (RFC 6585 §5)'),
  CAL_ERR_HTTP_HOST_MISSING: refused(400, 'an HTTP/1.1 request has no Host (RFC 9112 §3.2)'),
  CAL_ERR_HTTP_HOST_REPEATED: refused(400, 'there is more than one Host (RFC 9112 §3.2)'),
  CAL_ERR_HTTP_HOST: refused(400, 'the Host is malformed (RFC 9112 §3.2)'),
  // Request bodies
  CAL_ERR_HTTP_CONTENT_LENGTH: refused(400, 'Content-Length is not a decimal number (RFC 9112 §6.3)'),
  CAL_ERR_HTTP_CONTENT_LENGTH_REPEATED: refused(400, 'there is more than one Content-Length (RFC 9112 §6.3)'),
  CAL_ERR_HTTP_LENGTH_AND_ENCODING: refused(400, 'both Content-Length and Transfer-Encoding (RFC 9112 §6.1)'),
  CAL_ERR_HTTP_TRANSFER_ENCODING: refused(400, 'Transfer-Encoding is not a single chunked (RFC 9112 §6.1)'),
  CAL_ERR_HTTP_CHUNK_SIZE: refused(400, 'a chunk size is not a hexadecimal number (RFC 9112 §7.1)'),
  CAL_ERR_HTTP_CHUNK_END: refused(400, 'the data of a chunk does not end with CR LF (RFC 9112 §7.1)'),
  CAL_ERR_HTTP_CHUNK_EXTENSION: refused(400, 'a chunk extension is malformed (RFC 9112 §7.1.1)'),
  CAL_ERR_HTTP_CHUNK_EXTENSION_TOO_LARGE: refused(
    413,
    'the chunk extensions are too large (RFC 9112 §7.1.1)',
  ),
  CAL_ERR_HTTP_TRAILER: refused(400, 'a trailer field frames or routes the message (RFC 9110 §6.5.1)'),
  CAL_ERR_HTTP_TRAILERS_TOO_LARGE: refused(431, 'the trailer section is too large (RFC 6585 §5)'),
  CAL_ERR_HTTP_BODY_INCOMPLETE: refused(400, 'the connection ended in mid-body (RFC 9112 §8)'),
  CAL_ERR_HTTP_BODY_TOO_LARGE: refused(413, 'the request body is larger than allowed (RFC 9110 §15.5.14)'),
  CAL_ERR_HTTP_TIMEOUT: refused(408, 'the request did not come in time (RFC 9110 §15.5.9)'),
  CAL_ERR_HTTP_EXPECTATION: refused(417, 'only 100-continue can be expected (RFC 9110 §10.1.1)'),
  // Requests that are well-formed but not served
  CAL_ERR_HTTP_CONNECT: refused(501, 'CONNECT is not served here (RFC 9110 §15.6.2)'),
  CAL_ERR_HTTP_CONNECT_CONTENT: refused(400, 'a CONNECT request has content (RFC 9110 §9.3.6)'),
  CAL_ERR_HTTP_METHOD_UNKNOWN: answered(501, 'the method is not implemented (RFC 9110 §15.6.2)'),
  CAL_ERR_HTTP_NOT_FOUND: answered(404, 'nothing is here (RFC 9110 §15.5.5)'),
  CAL_ERR_HTTP_METHOD_NOT_ALLOWED: answered(405, 'the method is not allowed here (RFC 9110 §15.5.6)'),
  CAL_ERR_HTTP_JSON: answered(400, 'the request body is not JSON (RFC 8259 §2)'),
  CAL_ERR_HTTP_HANDLER: answered(500, 'the handler failed (RFC 9110 §15.6.1)'),
  // Responses: mistakes of a handler
  CAL_ERR_RESPONSE_HEADER: local('a response header is not valid (RFC 9110 §5)'),
  CAL_ERR_RESPONSE_STATUS: local('the status is not a whole number from 200 to 599 (RFC 9110 §15)'),
  CAL_ERR_RESPONSE_BODY: local('the body is neither a string nor bytes'),
  CAL_ERR_RESPONSE_STARTED: local('the head of this response has left already'),
  CAL_ERR_RESPONSE_ENDED: local('this response has ended already'),
  CAL_ERR_RESPONSE_LENGTH: local('the body does not have the declared Content-Length (RFC 9110 §8.6)'),
  CAL_ERR_RESPONSE_INFORMATIONAL: local(
    'the status is not 102 to 199, or the final response has begun (RFC 9110 §15.2)',
  ),
  CAL_ERR_RESPONSE_TRAILER: local('this field or this response can have no trailer (RFC 9110 §6.5)'),
  CAL_ERR_RESPONSE_UPGRADE: local(
    'the request asks for no upgrade, or its body has not ended (RFC 9110 §7.8)',
  ),
  CAL_ERR_BODY_USED: local('the request body is being read already, or was given up'),
  CAL_ERR_CLIENT_GONE: local('the client closed the connection before the response was complete'),
  // Responses that a client reads
  CAL_ERR_REPLY_MALFORMED: local('the bytes are no HTTP/1.1 response (RFC 9112 §4)'),
  CAL_ERR_REPLY_TOO_LARGE: local('the header section of a response is too large'),
  CAL_ERR_REPLY_UNEXPECTED: local('a response came that no request has asked for (RFC 9112 §9.2)'),
  CAL_ERR_REPLY_CUT_SHORT: local('the connection ended in the middle of a response (RFC 9112 §8)'),
  // Server, transports, reactor
  CAL_ERR_OPTION: local('an option is not valid'),
  CAL_ERR_ROUTE: local('a route is not valid'),
  CAL_ERR_ADDRESS_IN_USE: local('the port or path is in use by another program'),
  CAL_ERR_LISTEN: local('listening failed'),
  CAL_ERR_NOT_A_SOCKET: local('the path exists and is not a socket: it is left alone'),
  CAL_ERR_NO_INHERITED_SOCKET: local('systemd has passed no listening socket to this process'),
  CAL_ERR_READ_PATH: local('the forced read path does not work on this Node'),
  CAL_ERR_WRITE_PATH: local('the forced write path does not work on this Node'),
  CAL_ERR_PARSER_ENGINE: local('the parser engine cannot be used'),
  CAL_ERR_CONNECT: local('connecting failed'),
  CAL_ERR_STALL: local('the event loop was held for longer than allowed'),
  CAL_ERR_STALL_UNWATCHED: local('nobody watches the event loop: the watching thread is not there'),
  CAL_ERR_OFFLOAD_MISSING: local('offloading needs the package tinypool'),
  CAL_ERR_OFFLOAD_QUEUE_FULL: local('too much work waits for a worker already'),
  CAL_ERR_OFFLOAD_INPUT: local('the input can not be copied to where the work runs'),
  CAL_ERR_OFFLOAD_CRASHED: local('the worker ended in the middle of its work'),
  CAL_ERR_OFFLOAD_TIMEOUT: local('the offloaded work took too long, and was ended'),
  CAL_ERR_OFFLOAD_CLOSED: local('the workers were ended by closeOffload()'),
  CAL_ERR_RECORD_FILE: local('the recording can not be written'),
  CAL_ERR_RECORD_FULL: local('the recording has reached its maxBytes, and has ended'),
  CAL_ERR_RECORD_OVERFLOW: local('the disk could not keep up with the recording, which has ended'),
  CAL_ERR_RECORD_NESTED: local(
    'a transport was called from inside of the loop, as those in memory are: the recording has ended',
  ),
  CAL_ERR_RECORDING: local('this is no recording, or it is damaged'),
  CAL_ERR_RECORDING_VERSION: local('the recording has a version of the format that is not known here'),
  CAL_ERR_REPLAY_DIVERGED: local('the replay went another way than the recording'),
  CAL_ERR_BENCH_MIX: local('a request mix is not valid'),
  CAL_ERR_BENCH_PROCESS: local('a generator process could not do its work'),
  CAL_ERR_TRANSPORT_ENDED: local('the transport was ended for writing already'),
  // Tasks
  CAL_ERR_CANCELLED: local('the task was cancelled'),
  CAL_ERR_DEADLINE: local('the task was cancelled at its deadline'),
  CAL_ERR_SCOPE_ENDED: local('the scope has ended: nothing runs in it any more'),
  CAL_ERR_COROUTINE: local('a coroutine can wait for a promise, a delay or a coroutine only'),
  CAL_ERR_CHANNEL_CLOSED: local('the channel is closed'),
  // Simulation
  CAL_ERR_SIMULATION_FAILED: local('a simulation has failed'),
  CAL_ERR_SIMULATION_HUNG: local('a simulation waits for what will never come'),
  CAL_ERR_SIMULATION_ENDLESS: local('a simulation goes on for longer than allowed'),
  CAL_ERR_SIMULATION_LEFTOVERS: local('a simulation is over, and something of it is left'),
} as const satisfies Readonly<Record<string, ErrorEntry>>

/** A stable error code, for programs: compare with `error.code`. */
export type ErrorCode = keyof typeof ERRORS
