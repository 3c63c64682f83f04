import { readFile, writeFile } from 'node:fs/promises'

/**
 * Writes generated parts into a page of docs/, between `<!-- kind: name -->` and `<!-- end of kind: name -->`. With
 * --check it changes nothing and fails when the page says something else.
 */
export async function keepInStep(page, kind, parts, command) {
  const file = new URL(`../docs/${page}`, import.meta.url)
  const before = await readFile(file, 'utf8')
  let after = before
  for (const [name, text] of Object.entries(parts)) {
    const [start, end] = [`<!-- ${kind}: ${name} -->`, `<!-- end of ${kind}: ${name} -->`]
    const from = after.indexOf(start)
    const to = after.indexOf(end)
    if (from === -1 || to === -1) throw new Error(`docs/${page} has no place for ${kind} ${name}`)
    after = `${after.slice(0, from + start.length)}\n${text}\n${after.slice(to)}`
  }
  if (!process.argv.includes('--check')) await writeFile(file, after)
  else if (after !== before) {
    console.error(`docs/${page} says something else than the code: run ${command}`)
    process.exitCode = 1
  }
}
