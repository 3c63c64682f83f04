import { describe, expect, it } from 'vitest'
import { DateLine } from '../../src/http/date-line.js'
import { VirtualClock } from '../../src/reactor/clock.js'
import { get, VirtualServer } from './memory-client.js'

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** RFC 9110 §5.6.7, IMF-fixdate, put together by hand. */
function imfFixdate(ms: number): string {
  const date = new Date(ms)
  const two = (n: number): string => String(n).padStart(2, '0')
  const day = `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} GMT`
}

function lineAt(epoch: number): string {
  const clock = new VirtualClock(epoch)
  const date = new DateLine(clock)
  date.refresh(clock.now())
  return date.line
}

describe('the Date line', () => {
  it('has the form of RFC 9110 §5.6.7, on every day of forty years', () => {
    const day = 86_400_000
    for (let i = 0; i < 40 * 365; i++) {
      const epoch = i * day + ((i * 7_919_017) % day)
      expect(lineAt(epoch)).toBe(`Date: ${imfFixdate(epoch)}\r\n`)
    }
  })

  it.each([
    ['a leap day', Date.UTC(2024, 1, 29, 23, 59, 59, 999)],
    ['the end of a year', Date.UTC(1999, 11, 31, 23, 59, 59)],
    ['after 2038', Date.UTC(2038, 0, 19, 3, 14, 8)],
  ])('is right on %s', (_name, epoch) => {
    expect(lineAt(epoch)).toBe(`Date: ${imfFixdate(epoch)}\r\n`)
  })

  it('changes with the second of the wall clock, not a millisecond before or after', () => {
    const epoch = Date.UTC(2026, 0, 1, 12, 0, 0, 250)
    const clock = new VirtualClock(epoch)
    const date = new DateLine(clock)
    const lines: string[] = []
    for (let ms = 0; ms < 3000; ms++) {
      date.refresh(clock.now())
      if (date.line !== lines.at(-1)) lines.push(date.line)
      expect(date.line).toBe(`Date: ${imfFixdate(clock.wallTime())}\r\n`)
      clock.advance(1)
    }
    expect(lines).toHaveLength(4)
  })

  it('is made anew after a rest of any length', () => {
    const clock = new VirtualClock()
    const date = new DateLine(clock)
    for (const rest of [0, 999, 1, 1000, 1001, 86_400_000, 0.5]) {
      clock.advance(rest)
      date.refresh(clock.now())
      expect(date.line).toBe(`Date: ${imfFixdate(clock.wallTime())}\r\n`)
    }
  })

  it('does not ask for the wall time while it is fresh', () => {
    let asked = 0
    const date = new DateLine({ now: () => 0, wallTime: () => (asked++, 500) })
    date.refresh(0)
    date.refresh(100)
    date.refresh(499.9)
    expect(asked).toBe(1)
    date.refresh(500)
    expect(asked).toBe(2)
  })
})

describe('the Date of a reply', () => {
  it('is that of the moment at which a late answer is given', async () => {
    const virtual = new VirtualServer(async (_request, response) => {
      await virtual.reactor.sleep(5000)
      response.send()
    })
    const client = virtual.connect().send(get('/'))
    await virtual.pass(5000)
    expect(client.replies()[0]?.headers.get('date')).toBe(imfFixdate(946_684_805_000))
  })

  it('is right in each of several reads', () => {
    const virtual = new VirtualServer((_request, response) => response.send())
    const client = virtual.connect()
    for (const rest of [0, 400, 700, 3000]) {
      virtual.clock.advance(rest)
      client.send(get('/'))
      virtual.run()
      expect(client.replies().at(-1)?.headers.get('date')).toBe(imfFixdate(virtual.clock.wallTime()))
    }
  })
})
