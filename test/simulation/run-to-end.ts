import { spawn } from 'node:child_process'

/** Runs a built program to its end. @returns its exit code, and what it printed */
export function runToEnd(
  program: string,
  parameters: readonly string[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...parameters], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const gather = (data: Buffer): void => void (output += data.toString())
    child.stdout.on('data', gather)
    child.stderr.on('data', gather)
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
