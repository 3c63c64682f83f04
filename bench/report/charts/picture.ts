/** A chart in the two widths that a page needs: an SVG that is scaled down to a phone has letters too small to read. */
export interface Picture {
  /** For file names and links. */
  readonly name: string
  readonly title: string
  /** What must be known to read it. */
  readonly caption: string
  readonly wide: string
  readonly narrow: string
}

export const wideWidth = 860
export const narrowWidth = 350

export function pictureOf(
  described: Pick<Picture, 'name' | 'title' | 'caption'>,
  render: (width: number) => string,
): Picture {
  return { ...described, wide: render(wideWidth), narrow: render(narrowWidth) }
}
