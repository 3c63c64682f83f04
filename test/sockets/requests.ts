/** Requests as bytes, written the way most clients write them. */

export function get(target: string, ...lines: readonly string[]): string {
  return request('GET', target, lines, '')
}

export function post(target: string, body: string, ...lines: readonly string[]): string {
  return request('POST', target, lines, body)
}

/** @param body one byte a character; with none there is no Content-Length */
export function request(method: string, target: string, lines: readonly string[], body: string): string {
  const all = [`${method} ${target} HTTP/1.1`, 'Host: localhost', ...lines]
  if (body !== '') all.push(`Content-Length: ${body.length}`)
  return `${all.join('\r\n')}\r\n\r\n${body}`
}

/** `/0`, `/1`, … in one packet. */
export function gets(count: number, target = (i: number): string => `/${i}`): string {
  let all = ''
  for (let i = 0; i < count; i++) all += get(target(i))
  return all
}
