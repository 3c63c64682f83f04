import { colours } from '../style.js'
import { type Picture } from './picture.js'

/** The wide chart as a file of its own: it brings its colours, for the light and for the dark, and its paper. */
export function standalone({ wide }: Picture): string {
  const paper = '<rect width="100%" height="100%" fill="var(--paper)"/>'
  return `${wide.replace(/^<svg [^>]*>/, (start) => `${start}<style>${colours.replace(/\s+/g, ' ')}</style>${paper}`)}\n`
}
