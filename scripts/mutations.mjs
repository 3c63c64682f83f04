/**
 * Deliberate breaks of the compiled product, each of a rule that another server has broken (`docs/simulation.md`).
 * `from` must stand in exactly one file of the product, once; white space between its words doesn't count.
 *
 * @typedef {{ rule: string, seenIn: string, from: string, to: string }} Mutation
 * @type {readonly Mutation[]}
 */
export const MUTATIONS = [
  {
    rule: 'a partial next request holds back finished replies',
    seenIn: 'fasthttp#1043, hyper',
    from: 'if (this.#server.policy.leavesAtEndOfRead) this.#batch.flush(); else if (!this.#batch.isEmpty)',
    to: 'if (this.#reader.partialHead === null) this.#batch.flush(); else if (false)',
  },
  {
    rule: 'replies leave as they become ready, not in the order of the requests',
    seenIn: 'deno std#331',
    from: 'extras.witness?.ended(response.statusCode); if (response.isFirst)',
    to: `extras.witness?.ended(response.statusCode)
      if (this.#first !== null && this.#first !== response && this.#first.streamed === null && response.streamed === null) {
        let before = this.#first
        while (before.next !== response) before = before.next
        before.next = response.next
        if (this.#last === response) this.#last = before
        response.next = this.#first
        this.#first.isFirst = false
        this.#first = response
        response.isFirst = true
      }
      if (response.isFirst)`,
  },
  {
    rule: 'the end of a message made ready outside of a read is buffered, and not flushed',
    seenIn: 'hyper#4143',
    from: 'if (!this.#batch.isEmpty) this.reactor.markDirty(this); if (isReplyComplete) this.#finishWhenDone();',
    to: 'if (isReplyComplete) this.#finishWhenDone();',
  },
  {
    rule: 'the wake-up of a drain is lost: what waited for it stays in the batch',
    seenIn: 'node#3332',
    from: 'this.#patience.unwatchWrites(); this.#batch.drained();',
    to: 'this.#patience.unwatchWrites();',
  },
  {
    rule: 'the wake-up of a drain is lost: a handler that streams never writes on',
    seenIn: 'node#3332',
    from: 'this.#pipeline.unblockLater(); this.#finishWhenDone();',
    to: 'this.#finishWhenDone();',
  },
  {
    rule: 'pause and resume lose the wake-up',
    seenIn: 'node#3332, reactor-netty#4347',
    from: 'if (mustPause) this.#owner.transport.pause(); else this.#owner.transport.resume();',
    to: 'if (mustPause) this.#owner.transport.pause();',
  },
  {
    rule: 'batching gets round the write cap',
    seenIn: 'rust-rpxy#596',
    from: 'return !this.#isTransportFull && !this.isFull;',
    to: 'return true;',
  },
  {
    rule: 'batching is silently gone',
    seenIn: 'bun#42762',
    from: '(isReplyComplete && server.policy.leavesAfterReply)',
    to: 'isReplyComplete',
  },
  {
    rule: 'a slow handler holds finished replies',
    seenIn: 'bun#42796',
    from: 'leavesBefore: (expectedMs, ageMs) => expectedMs > budgetMs || ageMs > budgetMs,',
    to: 'leavesBefore: () => false,',
  },
  {
    rule: 'requests are served after Connection: close',
    seenIn: 'bun#33005',
    from: 'if (response.closes && this.#reader.openBody === null) this.#transition(ConnectionEvent.LastRequest);',
    to: '',
  },
  {
    rule: 'the connection is closed behind a streamed reply',
    seenIn: 'bun#38128',
    from: 'this.#endStream(first, first.streamed);',
    to: 'this.#endStream(first, first.streamed); first.closes = true;',
  },
  {
    rule: 'async handlers of one connection run one after the other',
    seenIn: 'uWebSockets#1395, Deno',
    from: 'this.#pipeline.inFlight < this.#server.limits.inFlight',
    to: 'this.#pipeline.inFlight < 1',
  },
  {
    rule: 'finished replies are lost when a malformed request follows',
    seenIn: 'node:http',
    from: 'response.closes = true; this.#pipeline.begin(response); sendError(response, error);',
    to: 'this.#batch.clear(); response.closes = true; this.#pipeline.begin(response); sendError(response, error);',
  },
  {
    rule: 'the connection is closed when a request is pipelined behind a pending one',
    seenIn: 'Bun 1.4',
    from: 'this.#pipeline.begin(response); const repliesWaiting = batch.replies;',
    to: `if (this.#pipeline.inFlight > 0) { this.transport.close(); return; }
      this.#pipeline.begin(response); const repliesWaiting = batch.replies;`,
  },
  {
    rule: "replies of async handlers are lost after the client's half-close",
    seenIn: 'node:http, Bun, Deno',
    from: 'else if (this.#server.allowHalfOpen || this.#isIdle()) this.#expectNoMore();',
    to: 'else if (this.#server.allowHalfOpen || this.#isIdle()) this.transport.close();',
  },
  {
    rule: 'work in flight is dropped when the server closes',
    seenIn: 'Bun, Deno',
    from: 'if (this.#state !== Open || !this.#isIdle()) return false; this.#expectNoMore();',
    to: 'if (this.#state !== Open) return false; if (!this.#isIdle()) this.transport.close(); else this.#expectNoMore();',
  },
  {
    rule: 'the server never closes a connection that was busy when it was told to',
    seenIn: 'node:http',
    from: 'if (this.#server.isClosing && this.#isIdle()) this.#transition(ConnectionEvent.LastRequest);',
    to: '',
  },
  {
    rule: 'stray bytes behind a reply desynchronise the client',
    seenIn: 'undici GHSA-35p6-xmwp-9g52',
    from: 'this.#batch.appendText(withBody(response.headers, head, body));',
    to: "this.#batch.appendText(withBody(response.headers, head, body) + (response.next === null ? '\\r\\n' : ''));",
  },
  {
    rule: 'a reply is sent twice',
    seenIn: 'of our own',
    from: 'this.#batch.appendText(withBody(response.headers, head, body));',
    to: 'this.#batch.appendText(withBody(response.headers, head, body).repeat(2));',
  },
  {
    rule: 'a handler that answers later has no place in the order of the replies',
    seenIn: 'of our own',
    from: 'this.#pipeline.handlerEnded(response);',
    to: '',
  },
  {
    rule: 'what is left of a backlog is forgotten when it is cut again',
    seenIn: 'of our own',
    from: 'if (backlog.from < backlog.limit) this.#backlog = backlog;',
    to: '',
  },
  {
    rule: '100 Continue waits in the batch',
    seenIn: 'of our own',
    from: 'this.#goOnWith(exchange); if (!this.#batch.isEmpty) this.reactor.markDirty(this); this.#steer();',
    to: 'this.#goOnWith(exchange); this.#steer();',
  },
  {
    rule: 'a byte of a body is lost where a read cuts it',
    seenIn: 'of our own',
    from: 'body.push(bytes.subarray(from, decoder.dataEnd));',
    to: 'body.push(bytes.subarray(from === 0 ? 1 : from, decoder.dataEnd));',
  },
  {
    rule: 'timers outlive their connection',
    seenIn: 'of our own',
    from: 'this.#batch.clear(); this.#patience.cancel();',
    to: 'this.#batch.clear();',
  },
  {
    rule: 'a body that was full is taken, and its client is never let go on',
    seenIn: 'node#3332',
    from: 'if (wasFull && this.#bytesWaiting < HIGH_WATER_MARK && !this.#isComplete) this.#source?.bodyWanted();',
    to: '',
  },
  {
    rule: 'a body is read whole into memory while its handler takes its time',
    seenIn: 'of our own',
    from: 'return this.#bytesWaiting < HIGH_WATER_MARK || this.#use === Use.Gathered;',
    to: 'return true;',
  },
  {
    rule: 'what is ready behind a slow reply is held without bound',
    seenIn: 'of our own',
    from: '&& this.#pipeline.heldBytes < BATCH_CAP',
    to: '',
  },
  {
    rule: 'handlers are not told that their client has gone',
    seenIn: 'of our own',
    from: 'if (gone !== null) this.#pipeline.abort(gone);',
    to: '',
  },
]

/**
 * @param {ReadonlyMap<string, string>} files of the product, by name
 * @param {Mutation} mutation
 * @returns {{ name: string, text: string }} the file that is changed, and what it becomes
 */
export function apply(files, { rule, from, to }) {
  const words = from.split(/\s+/).map((word) => word.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'))
  const pattern = new RegExp(words.join('\\s+'), 'g')
  const places = [...files].flatMap(([name, text]) => [...text.matchAll(pattern)].map(() => name))
  if (places.length !== 1)
    throw new Error(`"${rule}": its code stands ${places.length} times in the product, not once: ${from}`)
  const [name] = places
  return { name, text: files.get(name).replace(pattern, () => to) }
}
