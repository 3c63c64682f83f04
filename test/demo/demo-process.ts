import {
  ChildProgram,
  type ProgramOptions,
  type RunningServer,
  startProgram,
} from '../sockets/child-program.js'

/** What `npm start` runs; npm's `pretest` has built it. */
const DEMO = 'build/examples/demo.js'

/** Starts the demo on a free port; for one test, unless it is told that it is shared. */
export function startDemo(options: Pick<ProgramOptions, 'isShared'> = {}): Promise<RunningServer> {
  return startProgram(DEMO, ['--port', '0'], options)
}

/** Runs the demo with these parameters and this environment, whatever becomes of it. */
export function runDemo(parameters: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProgram {
  return new ChildProgram(DEMO, parameters, { environment })
}
