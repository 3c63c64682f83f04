/** What asks the server while clinic looks at it. */
import { CONVERSATIONS, converse } from '../../build/endurance/conversations.js'
import { Random } from '../../build/endurance/random.js'

/** Enough to keep the server busy for a part of its time: one that is always busy has another issue. */
const AT_A_TIME = 6

/** The endurance test's mixed load. @returns how many conversations were held */
export async function mixedLoad(port, seconds, seed) {
  const end = performance.now() + seconds * 1000
  const shares = Object.values(CONVERSATIONS).flatMap(([conversation, share]) =>
    Array(share).fill(conversation),
  )
  let held = 0
  let number = 0
  const client = async () => {
    while (performance.now() < end) {
      const random = new Random(seed + number++ * 0x9e37_79b9)
      await converse({ kind: 'tcp', port }, random.pick(shares), random)
      held++
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, client))
  return held
}

/** Asks the demo again and again to hold its loop for 150 ms. @returns how often */
export async function blockingLoad(port, seconds) {
  const end = performance.now() + seconds * 1000
  let asked = 0
  while (performance.now() < end) {
    await (await fetch(`http://127.0.0.1:${port}/block/150`)).text()
    await (await fetch(`http://127.0.0.1:${port}/`)).text()
    asked++
  }
  return asked
}
