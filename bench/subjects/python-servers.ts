import { type ActName } from '../suite/act.js'
import { inPeers, peersDirectory, versionSaid } from './installed.js'
import { everyAct, type Subject } from './subject.js'

/** Debian's: a machine may have another python3 first in its path, without the modules. */
const python = '/usr/bin/python3'

function pythonServer(
  name: string,
  about: string,
  module: string,
  program: readonly string[],
  more: { readonly acts?: readonly ActName[]; readonly because?: string } = {},
): Subject {
  const versionOf = `import sys, importlib; m = importlib.import_module("${module}")
v = getattr(m, "__version__", None) or getattr(m, "version", None) or sys.version.split()[0]
print(v)`
  return {
    name,
    about,
    install: `${inPeers} debian (python3-${module})`,
    acts: everyAct,
    version: () => versionSaid(python, ['-c', versionOf]),
    launch: () => ({ command: python, args: [`${peersDirectory}${program[0]!}`, ...program.slice(1)] }),
    ...more,
  }
}

const protocol = {
  acts: ['hello', 'kilobyte', 'tenKilobytes', 'json', 'delay'],
  because: 'it is a Protocol of ten lines that splits on blank lines, and no HTTP server',
} as const

export const asyncio = pythonServer(
  'asyncio',
  "Python's asyncio: a Protocol that splits on blank lines",
  'asyncio',
  ['protocol.py'],
  protocol,
)
export const uvloop = pythonServer(
  'uvloop',
  'the same Protocol on uvloop',
  'uvloop',
  ['protocol.py', 'uvloop'],
  protocol,
)
export const tornado = pythonServer('tornado', 'Tornado', 'tornado', ['tornado_web.py'])
export const twisted = pythonServer('twisted', 'twisted.web', 'twisted', ['twisted_web.py'])
export const gevent = pythonServer('gevent', 'gevent.pywsgi', 'gevent', ['gevent_wsgi.py'])
export const aiohttp = pythonServer('aiohttp', "aiohttp on asyncio's loop", 'aiohttp', ['aiohttp_web.py'])

/** Its last release is of 2017 and runs on CPython 3.5 to 3.7: where one of them has it, it is measured. */
const oldPython = 'python3.7'

export const japronto: Subject = {
  name: 'japronto',
  about: 'Japronto, which was first to answer pipelined requests with one write',
  install: 'CPython 3.7 with `pip install japronto`; no package of Debian has it',
  acts: ['hello', 'kilobyte', 'tenKilobytes', 'json', 'upload'],
  because: 'its handlers here answer at once',
  version: () => versionSaid(oldPython, ['-c', 'import japronto; print("0.1.2")']),
  launch: () => ({ command: oldPython, args: [`${peersDirectory}japronto_web.py`] }),
}
