import { availableParallelism } from 'node:os'
import { CalandriaTypeError } from 'calandria'
import type { LoadOptions, LoadTlsOptions } from './load-options.js'
import type { LoadPlan, Target, TlsTarget } from './load-plan.js'
import type { LoadSettings } from './load-result.js'
import { describeRequest, renderRequest } from './rendered-request.js'

const LONGEST_MS = 24 * 3_600_000
/** What a histogram holds. */
const LONGEST_TIMEOUT_MS = 3_600_000
/** 127.0.0.1 to 127.0.255.254. */
const MOST_SOURCES = 254 * 256
const MOST_REQUESTS = 4096

/** @throws CalandriaTypeError `CAL_ERR_OPTION` */
export function planLoad(options: LoadOptions): LoadPlan {
  const url = readUrl(options.url)
  const { requests = [{}], rate, requestsPerConnection } = options
  const connections = whole('connections', options.connections ?? 10, 1, 1_000_000)
  const depth = whole('depth', options.depth ?? 1, 1, 10_000)
  const processes = whole('processes', options.processes ?? 1, 1, 256)
  if (processes > connections)
    throw wrong(`processes: ${processes} of them can't share ${connections} connections`)
  if (!(requests.length >= 1 && requests.length <= MOST_REQUESTS))
    throw wrong(`requests: a mix has 1 to ${MOST_REQUESTS} requests, not ${requests.length}`)
  if (rate !== undefined && !(rate > 0 && rate <= 1e8)) throw wrong(`rate must be above 0, not ${rate}`)
  if (rate === undefined && options.burst !== undefined) throw wrong('burst needs a rate')
  for (const core of options.cores ?? []) whole('cores', core, 0, 65_535)
  return {
    target: targetOf(url, options),
    connections,
    depth,
    durationMs: time('durationMs', options.durationMs ?? 10_000, 1, LONGEST_MS),
    warmUpMs: time('warmUpMs', options.warmUpMs ?? 1000, 0, LONGEST_MS),
    rampMs: time('rampMs', options.rampMs ?? 0, 0, LONGEST_MS),
    timeoutMs: time('timeoutMs', options.timeoutMs ?? 10_000, 1, LONGEST_TIMEOUT_MS),
    rate: rate ?? null,
    burst: whole('burst', options.burst ?? 1, 1, 100_000),
    requestsPerConnection:
      requestsPerConnection === undefined
        ? null
        : whole('requestsPerConnection', requestsPerConnection, 1, 0xffff_ffff),
    requests: requests.map((pattern, i) =>
      renderRequest(pattern, url, requests.length === 1 ? 'the request' : `request ${i + 1} of the mix`),
    ),
    processes,
    sources: whole('sources', options.sources ?? 1, 1, MOST_SOURCES),
    spin: options.spin ?? availableParallelism() > 1,
    seed: whole('seed', options.seed ?? 1, 0, 0xffff_ffff),
  }
}

/** The plan for people and files. */
export function settingsOf(plan: LoadPlan, options: LoadOptions): LoadSettings {
  const url = readUrl(options.url)
  return {
    url: url.href,
    socketPath: options.socketPath ?? null,
    connections: plan.connections,
    depth: plan.depth,
    durationMs: plan.durationMs,
    warmUpMs: plan.warmUpMs,
    rampMs: plan.rampMs,
    timeoutMs: plan.timeoutMs,
    rate: plan.rate,
    burst: plan.burst,
    requestsPerConnection: plan.requestsPerConnection,
    processes: plan.processes,
    cores: options.cores ?? null,
    sources: plan.sources,
    spin: plan.spin,
    seed: plan.seed,
    requests: plan.requests.map(describeRequest),
  }
}

function readUrl(text: string): URL {
  if (!URL.canParse(text))
    throw wrong(`url: ${JSON.stringify(text)} is no URL; http://127.0.0.1:8080/ is one`)
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw wrong(`url: http and https can be asked, not ${url.protocol}`)
  if (url.username !== '' || url.password !== '')
    throw wrong('url: say who you are by a header, such as Authorization, not in the URL')
  return url
}

function targetOf(url: URL, { socketPath, tls = {}, sources = 1 }: LoadOptions): Target {
  const host = url.hostname.replace(/^\[|\]$/g, '') // an IPv6 address stands in brackets
  const isSecure = url.protocol === 'https:'
  const secured: TlsTarget | null = isSecure
    ? { ...checkedTls(tls), servername: tls.servername ?? host }
    : null
  if (!isSecure && Object.keys(tls).length > 0) throw wrong('tls: the URL is not https')
  if (socketPath !== undefined) return { kind: 'unix', path: socketPath, tls: secured }
  if (sources > 1 && !/^(?:127\.|localhost$)/.test(host))
    throw wrong('sources: only a server on 127.0.0.x can be asked from several addresses')
  return { kind: 'tcp', host, port: Number(url.port) || (isSecure ? 443 : 80), tls: secured }
}

function checkedTls(tls: LoadTlsOptions): LoadTlsOptions {
  const { ca, insecure } = tls
  if (ca !== undefined && !ca.includes('-----BEGIN')) throw wrong('tls.ca must be PEM')
  if (ca !== undefined && insecure === true) throw wrong('tls: either trust ca, or anybody (insecure)')
  return tls
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw wrong(`${name} must be a whole number from ${least} to ${most}, not ${value}`)
}

function time(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value
  throw wrong(`${name} must be a number of milliseconds from ${least} to ${most}, not ${value}`)
}

function wrong(detail: string): CalandriaTypeError {
  return new CalandriaTypeError('CAL_ERR_OPTION', detail)
}
