import { type Launch, type Subject } from './subject.js'

const somebodys = {
  acts: ['hello'],
  because: 'it is not known to do more than to answer a GET',
  isForeign: true,
} as const satisfies Partial<Subject>

/** A server that runs already. What it uses can't be told: its process isn't ours. */
export function serverAt(url: URL): Subject {
  return {
    ...somebodys,
    name: url.host,
    about: `the server at ${url.href}`,
    install: 'start it',
    version: () => 'unknown',
    launch: () => {
      throw new Error('it runs already')
    },
    url,
  }
}

/** @param line a command; `{port}` in it, or `PORT` in its environment, says where it must listen */
export function serverByCommand(line: string): Subject {
  const words = line.trim().split(/\s+/)
  return {
    ...somebodys,
    name: words.slice(0, 3).join(' '),
    about: line,
    install: 'see --subject-command',
    version: () => 'unknown',
    launch: ({ port }): Launch => {
      const [command = '', ...args] = words.map((word) => word.replaceAll('{port}', () => String(port)))
      return { command, args }
    },
  }
}
