/** Makes a failing input as short as it gets by leaving out parts of it, in at most `most` trials. */
export async function minimize(
  text: string,
  fails: (text: string) => Promise<boolean>,
  most = 3000,
): Promise<string> {
  let least = text
  let trials = 0
  for (let size = Math.ceil(text.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < least.length && trials < most; trials++) {
      const shorter = least.slice(0, at) + least.slice(at + size)
      if (await fails(shorter)) least = shorter
      else at += size
    }
  }
  return least
}
