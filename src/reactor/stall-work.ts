import type { Debugger, Runtime, Session } from 'node:inspector'

/**
 * What an object works for: a method of this name returns something that JSON keeps, and has no side effect. The debugger
 * calls it while the loop stands still. A string, because `Symbol.for` counts as a side effect.
 */
export const STALL_WORK = 'calandria.work'

/** Scopes whose variables belong to the call at hand; those of modules and the globals outlive it. */
const SCOPES: ReadonlySet<string> = new Set(['local', 'block', 'catch', 'closure'])

/**
 * Runs on the watched thread, so it has nothing of this module. It takes objects that hold variables, innermost first; the
 * first variable that works for something, or whose `request` does, says for what.
 */
const ASK = `function (...holders) {
  const fieldOf = (object, name) => {
    const value = Object.getOwnPropertyDescriptor(object, name)?.value
    return typeof value === 'object' ? value : null
  }
  for (const holder of holders) {
    for (const name of Object.keys(holder)) {
      const variable = fieldOf(holder, name)
      if (variable === null) continue
      const worker = '${STALL_WORK}' in variable ? variable : fieldOf(variable, 'request')
      if (worker !== null && '${STALL_WORK}' in worker) return worker['${STALL_WORK}']()
    }
  }
  return null
}`

/**
 * Asks the variables of the calls and the fields of their `this` what they work for. It costs nothing until somebody asks,
 * and so knows the request of a handler that goes on after an `await`.
 * @param session of a thread that is paused
 * @param calls innermost first
 * @returns what {@link STALL_WORK} of one of them has said; `null` when none has it, or somebody's code (a proxy's trap) would
 *   have to run to know
 */
export async function workOf(session: Session, calls: readonly Debugger.CallFrame[]): Promise<unknown> {
  const holders = calls.flatMap(({ scopeChain, this: self }) => [
    ...scopeChain.flatMap(({ type, object }) => (SCOPES.has(type) ? idOf(object) : [])),
    ...(self.type === 'object' ? idOf(self) : []),
  ])
  if (holders.length === 0) return null
  const call: Runtime.CallFunctionOnParameterType = {
    objectId: holders[0],
    functionDeclaration: ASK,
    arguments: holders.map((objectId) => ({ objectId })),
    returnByValue: true,
  }
  return new Promise((resolve, reject) => {
    // a flag that Node's types don't know
    const guarded = { ...call, throwOnSideEffect: true }
    session.post('Runtime.callFunctionOn', guarded, (error, answer) => {
      if (error !== null) reject(error)
      else resolve(answer.exceptionDetails === undefined ? answer.result.value : null)
    })
  })
}

const idOf = ({ objectId }: Runtime.RemoteObject): string[] => (objectId === undefined ? [] : [objectId])
