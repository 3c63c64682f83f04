/** Fields of request heads, `Host` left out. Requests are made of ASCII only: one character is one byte. */
export type Fields = readonly (readonly [name: string, value: string])[]

/** What an API client sends: 161 bytes with a port of four digits. */
export const apiFields: Fields = [
  ['User-Agent', 'curl/8.7.1'],
  ['Accept', 'application/json'],
  ['Connection', 'keep-alive'],
  ['X-Request-Id', '7f3b1c9e-5200-4a8d-9d4a-0b1c2d3'],
]

/** What Chrome sends when someone reloads a page of a site that has a session and two trackers: 703 bytes with a port of four digits. */
export const browserFields: Fields = [
  ['Connection', 'keep-alive'],
  ['Cache-Control', 'max-age=0'],
  ['sec-ch-ua', '"Chromium";v="138", "Google Chrome";v="138", "Not)A;Brand";v="8"'],
  ['sec-ch-ua-mobile', '?0'],
  ['sec-ch-ua-platform', '"Linux"'],
  ['Upgrade-Insecure-Requests', '1'],
  [
    'User-Agent',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36',
  ],
  ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'],
  ['Sec-Fetch-Site', 'none'],
  ['Sec-Fetch-Mode', 'navigate'],
  ['Sec-Fetch-User', '?1'],
  ['Sec-Fetch-Dest', 'document'],
  ['Accept-Encoding', 'gzip, deflate, br, zstd'],
  ['Accept-Language', 'en-US,en;q=0.9'],
  ['Cookie', 'session=5f2c9a7be1d04386; _ga=GA1.1.904218331.17640851; theme=dark'],
]

/** As if every request came from another browser: nothing that a server remembers of one head helps with the next. */
export const variedFields = (index: number): Fields =>
  browserFields.map(([name, value]) => [
    name,
    value.replace('session=5f2c', () => `session=${(0x1000 + index * 0x9e37).toString(16).padStart(6, '0')}`),
  ])
