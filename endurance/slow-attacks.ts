import { spawn } from 'node:child_process'
import { Agent, request as httpRequest } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** The modes of slowhttptest, each with the path that it is about. */
export const SLOW_ATTACKS = {
  slowloris: { flags: ['-H', '-i', '1'], path: '/' },
  'slow body': { flags: ['-B', '-i', '1', '-s', '100000'], path: '/echo' },
  'slow read': { flags: ['-X', '-k', '3', '-n', '1', '-z', '32', '-w', '256', '-y', '512'], path: '/large' },
  'range attack': { flags: ['-R', '-a', '5', '-b', '3000', '-t', 'GET'], path: '/large' },
} as const

export type SlowAttack = keyof typeof SLOW_ATTACKS

/** How strong an attack is. */
export interface Strength {
  readonly connections: number
  readonly connectionsPerSecond: number
  readonly seconds: number
}

/**
 * Attacks `origin`. Resolves with what slowhttptest says of how it ended, when it does: at the end of its time, or when
 * the server has closed all of its connections.
 */
export function attack(origin: string, name: SlowAttack, strength: Strength): Promise<string> {
  const { flags, path } = SLOW_ATTACKS[name]
  const { connections, connectionsPerSecond, seconds } = strength
  const amounts = ['-c', connections, '-r', connectionsPerSecond, '-l', seconds].map(String)
  const running = spawn('slowhttptest', ['-u', origin + path, ...flags, ...amounts, '-v', '1'])
  let output = ''
  running.stdout.setEncoding('latin1').on('data', (text: string) => (output += text))
  return new Promise((resolve, reject) => {
    running.on('error', reject)
    running.on('close', (code) => {
      const status = /Exit status:\S* (.*)/.exec(output)?.[1]
      if (status === undefined) reject(new Error(`slowhttptest ended with ${code}: ${output}`))
      else resolve(status)
    })
  })
}

/**
 * Somebody else, who asks `url` again and again until `ended` settles, on a kept connection and on new ones in turn.
 * @param told is called after each reply, with how long it took
 * @returns how many replies came
 * @throws for the first one that isn't 200 and `expected`
 */
export async function askMeanwhile(
  url: string,
  expected: string,
  ended: Promise<unknown>,
  told: (ms: number) => void = () => undefined,
): Promise<number> {
  const over = new AbortController()
  const stop = (): void => over.abort()
  ended.then(stop, stop)
  const kept = new Agent({ keepAlive: true, maxSockets: 1 })
  let replies = 0
  try {
    do {
      const started = performance.now()
      await ask(url, expected, replies % 2 === 0 ? kept : undefined)
      told(performance.now() - started)
      replies++
      await new Promise((resolve) => setTimeout(resolve, 5)) // it is no load of its own
    } while (!over.signal.aborted)
  } finally {
    kept.destroy()
  }
  return replies
}

function ask(url: string, expected: string, agent: Agent | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { agent: agent ?? false }, (response) => {
      buffer(response).then((body) => {
        const { statusCode } = response
        if (statusCode === 200 && String(body) === expected) resolve()
        else reject(new Error(`got ${statusCode} ${JSON.stringify(String(body).slice(0, 200))}`))
      }, reject)
    })
    request.on('error', reject)
    request.end()
  })
}
