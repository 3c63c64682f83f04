export { CalandriaError, CalandriaTypeError } from './errors/calandria-error.js'
export { type ErrorCode, type ErrorEntry, ERRORS } from './errors/catalogue.js'

export { Channel } from './reactor/channel.js'
export { type Clock, monotonicClock, VirtualClock } from './reactor/clock.js'
export { type Coroutine, Delay, type Yieldable } from './reactor/coroutine.js'
export type { Driver } from './reactor/driver.js'
export { external, observed } from './reactor/external.js'
export { all, firstSuccessful, race } from './reactor/gathering.js'
export type { GroupStatistics } from './reactor/group-ledger.js'
export type { BuiltInGroups } from './reactor/group-scheduler.js'
export type { Instrument, ObservedRequest } from './reactor/instrument.js'
export { type Flushable, Reactor } from './reactor/reactor.js'
export type { ReactorOptions } from './reactor/reactor-options.js'
export type { ReactorStatistics } from './reactor/reactor-statistics.js'
export type { Task } from './reactor/ready-queue.js'
export type { GroupOptions, SchedulingGroup } from './reactor/scheduling-group.js'
export { Scope, type ScopeOptions, type ScopeTask } from './reactor/scope.js'
export { type Permit, Semaphore } from './reactor/semaphore.js'
export type { Timer } from './reactor/timer-wheel.js'
export { expectNoStall } from './reactor/expect-no-stall.js'
export type { StallFrame, StallReport } from './reactor/stall-report.js'
export { type StallStatistics, StallWatchdog, type StallWatchdogOptions } from './reactor/stall-watchdog.js'
export type { TurnLengths } from './reactor/turn-lengths.js'
export { unlessAborted, type Waiting } from './reactor/unless-aborted.js'
export { driveVirtually } from './reactor/virtual-drive.js'

export { endOfRead, endOfTurn, type FlushPolicy, perResponse } from './io/flush-policy.js'
export { createMemoryPair, type MemoryPairOptions, type MemoryTransport } from './io/memory-transport.js'
export { IoCounters } from './io/io-counters.js'
export { type InheritedSocket, systemdSockets } from './io/inherited-sockets.js'
export {
  describeAddress,
  type ListeningAddress,
  type TcpAddress,
  type UnixAddress,
} from './io/listening-address.js'
export { closeOffload, offload } from './io/offload.js'
export type { OffloadOptions } from './io/offload-options.js'
export { OffloadPool, type OffloadPoolOptions } from './io/offload-pool.js'
export type { ProxyProtocolOptions } from './io/proxy-door.js'
export type { ReadPath } from './io/read-path.js'
export type { RecordingReport } from './io/recording/recording-log.js'
export type { WritePath } from './io/write-path.js'
export {
  type ConnectOptions,
  connectTcp,
  connectUnix,
  type TcpConnectOptions,
  type UnixConnectOptions,
} from './io/socket-connector.js'
export type { HandshakeStatistics } from './io/socket-acceptor.js'
export { connectTls, type TlsConnectOptions } from './io/tls-connector.js'
export type { CertificateChooser, TlsCertificate, TlsCertificates, TlsOptions } from './io/tls-options.js'
export type { Segment, Transport, TransportListener } from './io/transport.js'

export { publishDiagnostics } from './http/diagnostics.js'
export type {
  ConnectionMessage,
  DiagnosticsChannelName,
  DiagnosticsMessage,
  DiagnosticsMessages,
} from './http/diagnostics-messages.js'
export type { ErrorListener, Handler } from './http/handler.js'
export type { Headers } from './http/headers.js'
export { DEFAULT_LIMITS, DEFAULT_TIMEOUTS, type Limits, type Timeouts } from './http/limits.js'
export type { ListenOptions } from './http/listen-options.js'
export type { Method } from './http/methods.js'
export type { ParserEngine } from './http/parser/parser-engine.js'
export type { RecordOptions } from './http/record-options.js'
export type { Request } from './http/request.js'
export type { RequestBody } from './http/request-body.js'
export type { StreamSource } from './http/body-source.js'
export type { Body, Response } from './http/response.js'
export type { TakenOver } from './http/response-extras.js'
export { type RouteHandler, type RouteParameters, Router } from './http/router.js'
export {
  type CloseOptions,
  type CloseReport,
  type ListeningServer,
  serve,
  Server,
  type ServerStatistics,
} from './http/server.js'
export type { ServerStallReport, WatchdogOptions } from './http/stall-witness.js'
export type { FlushPolicyName, ServeOptions } from './http/server-options.js'
