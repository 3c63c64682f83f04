import type { Task } from './ready-queue.js'

/** @returns what people would call a task: the name of its function, or of its class; empty where it has none */
export function taskName(task: Task): string {
  if (typeof task === 'function') return task.name
  const { name, constructor } = task as {
    readonly name?: unknown
    readonly constructor?: { readonly name: string }
  }
  const className = constructor?.name ?? ''
  return typeof name === 'string' && name !== '' ? `${className} ${name}` : className
}
