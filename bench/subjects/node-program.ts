import { builtProgram } from '../root.js'
import { everyAct, type Subject } from './subject.js'

/** A program in `bench/programs`, run by Node.js. */
export function nodeProgram(
  program: string,
  described: Pick<Subject, 'name' | 'about' | 'version'> & Partial<Subject>,
  ...args: readonly string[]
): Subject {
  const path = builtProgram(`programs/${program}`)
  return {
    install: 'npm install',
    acts: everyAct,
    launch: ({ node }) => ({ command: node, args: ['--expose-gc', path, ...args] }),
    reports: true,
    ...described,
  }
}
