import type { ServerStatistics } from 'calandria'
import type { Conversation } from './conversation.js'
import type { ServerPlan } from './plan.js'

/** Whether a server that is closed has counted right. @returns what does not add up */
export function judgeStatistics(
  statistics: ServerStatistics,
  conversations: readonly Conversation[],
  { isImpatient }: ServerPlan,
): string[] {
  const { connections, requests, responses, refused, aborted, timeouts, repliesHeld } = statistics
  const faults: string[] = []
  const must = (holds: boolean, what: string): void => {
    if (!holds) faults.push(`${what}: ${JSON.stringify(statistics)}`)
  }
  must(connections.open === 0 && connections.accepted === connections.closed, 'connections are left')
  // Each request ends as a response or is given up; a refusal is a response, and may have no request.
  must(responses + aborted >= requests, 'a request has neither a response nor was it aborted')
  must(responses + aborted <= requests + refused, 'a request has more than one end')
  const replies = conversations.reduce((sum, conversation) => sum + conversation.replies.length, 0)
  // A body of a declared length is complete for the client before its handler ends it.
  must(replies <= responses + aborted, `clients have ${replies} replies, more than were sent`)
  const provokes = conversations.some(
    ({ plan, spoilt }) => plan.reader === 'dead' || plan.ending === 'wait' || spoilt === 'fall-silent',
  )
  must(timeouts === 0 || provokes || isImpatient, 'a time-out has struck somebody who was in time')
  // The only handler that holds the loop is known to, or new: what is ready leaves before it.
  must(repliesHeld === 0, 'replies were held by a slow handler')
  return faults
}
