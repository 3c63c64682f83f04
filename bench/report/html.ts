/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

type Part = Html | string | number | readonly Part[]

/** A template that escapes everything in it that isn't HTML: names and errors come from outside. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(String.raw({ raw: strings }, ...parts.map(asText)))
}

function asText(part: Part): string {
  if (part instanceof Html) return part.text
  if (typeof part === 'object') return part.map(asText).join('')
  return escapeHtml(String(part))
}
