import type { Handler, Request, Response } from '../../src/index.js'
import { until } from './started-server.js'

interface Held {
  readonly request: Request
  readonly response: Response
}

/** A handler that answers nothing by itself: the test decides which response is finished when. */
export class HeldResponses {
  /** Those that are not answered yet, in the order in which their handlers started. */
  readonly waiting: Held[] = []
  /** Targets, in the order in which their handlers started. */
  readonly started: string[] = []

  readonly handler: Handler = (request, response) => {
    this.started.push(request.target)
    this.waiting.push({ request, response })
  }

  /** Resolves when so many handlers have started, all told. */
  haveStarted(count: number): Promise<void> {
    return until(() => this.started.length >= count)
  }

  /** Answers one of those that wait, with its target. */
  answer(index = 0): void {
    const [held] = this.waiting.splice(index, 1)
    held!.response.send(held!.request.target)
  }

  answerAll(): void {
    while (this.waiting.length > 0) this.answer()
  }
}
