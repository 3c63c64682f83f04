import type { TakenOver } from '../../src/http/response-extras.js'
import type { Transport, TransportListener } from '../../src/io/transport.js'

/** The server's end of a connection that has left HTTP: gathers what comes. */
export class TunnelEnd implements TransportListener {
  readonly transport: Transport
  /** What came, with what stood behind the head; one character a byte. */
  text: string
  readonly events: string[] = []
  closeError: Error | null = null
  onText: (text: string) => void = () => undefined

  constructor({ transport, head }: TakenOver) {
    this.transport = transport
    this.text = head.toString('latin1')
    transport.attach(this)
  }

  onBytes(bytes: Buffer, length: number): void {
    const text = bytes.toString('latin1', 0, length)
    this.text += text
    this.onText(text)
  }

  onDrain(): void {
    this.events.push('drain')
  }

  onEnd(): void {
    this.events.push('end')
  }

  onClose(error: Error | null): void {
    this.events.push('close')
    this.closeError = error
  }
}
