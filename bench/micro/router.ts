/** Static routes: by the router's `Map`, and by find-my-way's radix tree, which has all other routes. */
import findMyWay from 'find-my-way'
import type { Request } from '#calandria/http/request.js'
import type { Response } from '#calandria/http/response.js'
import { Router } from '#calandria/http/router.js'
import { compare, type Case } from './compare.js'

const REQUESTS = 24
const RESOURCES = [
  'users',
  'orders',
  'products',
  'invoices',
  'sessions',
  'reports',
  'teams',
  'events',
  'files',
  'jobs',
]

function pathsOf(count: number): string[] {
  if (count === 1) return ['/']
  return Array.from({ length: count }, (_, i) => `/api/v1/${RESOURCES[i % 10]!}/list${Math.floor(i / 10)}`)
}

function caseOf(count: number): Case {
  const paths = pathsOf(count)
  let sum = 0
  const handlers = paths.map((_, i) => () => void (sum += i + 1))

  const router = new Router()
  const tree = findMyWay()
  paths.forEach((path, i) => {
    router.get(path, handlers[i]!)
    tree.on('GET', path, () => undefined, handlers[i]!)
  })
  // The router looks at nothing else of a request, and these handlers don't look at it at all.
  const requests = Array.from({ length: REQUESTS }, (_, i) => {
    return { method: 'GET', path: paths[(i * 7) % count]! } as unknown as Request
  })
  const response = {} as unknown as Response

  const ways = [
    {
      name: 'find-my-way',
      run: () => {
        sum = 0
        for (let i = 0; i < REQUESTS; i++) {
          const { method, path } = requests[i]!
          const found = tree.find(method as 'GET', path)
          if (found !== null) (found.store as () => void)()
        }
        return sum
      },
    },
    {
      name: 'Router',
      run: () => {
        sum = 0
        for (let i = 0; i < REQUESTS; i++) void router.handler(requests[i]!, response)
        return sum
      },
    },
  ]
  return { input: count === 1 ? '1 route' : `${count} routes`, operations: REQUESTS, ways }
}

compare('Router: static routes', 'request', [1, 100].map(caseOf))
