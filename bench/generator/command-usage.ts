/** How a run ended, as the shell sees it. */
export enum ExitCode {
  Good = 0,
  /** Some requests or connections failed. */
  Failures = 1,
  Usage = 2,
  /** The numbers are the generator's own. */
  Invalid = 3,
  /** The load could not begin. */
  NotStarted = 4,
  Interrupted = 130,
}

export const USAGE = `Usage: calandria-bench [options] URL

Loads an HTTP server, verifies every response, and doubts its own numbers.

the load
  --connections N     connections, all processes together (default: 10)
  --depth N[,N...]    requests in flight on each (default: 1); several: a run for each
  --rate N            open loop: requests per second, on an absolute schedule
                      (default: closed loop, as fast as the server answers)
  --burst N           open loop: requests that share one planned moment (default: 1)
  --duration TIME     the measured part: 10, 500ms, 2m (default: 10 s)
  --warm-up TIME      load before it, not measured (default: 1 s)
  --ramp TIME         connections open and the rate rises over this time (default: 0)
  --timeout TIME      for a response (default: 10 s)
  --requests-per-connection N   then close, and open another one

the requests
  -X, --request METHOD
  -H, --header 'Name: value'     any number of them
  -d, --data TEXT | @file        posts it; line ends of a file are dropped, as curl does
  --data-binary TEXT | @file     posts it as it is
  --mix FILE          several requests with weights, as JSON
  --seed N            the order in which a mix is sent (default: 1)
  --expect-status N[,N...]       (default: 200 to 299)
  --expect-length N
  --expect-body TEXT | @file

the way
  --unix-socket PATH  instead of the URL's host
  -k, --insecure      trust any certificate
  --cacert FILE       trust these authorities
  --sources N         connect from 127.0.0.1 to 127.0.0.N: 28,000 ports each

the generator
  --processes N       (default: 1)
  --cores N[,N...]    pin them there
  --no-spin           open loop: wait by timers, a millisecond or two late, and leave the core to others
  --calibrate         reproduce known delays on this machine, instead of a load

the results
  --json, --text      (default: text in a terminal, JSON elsewhere)
  -o, --output FILE   the JSON into a file, besides
  -q, --quiet         no progress
  -h, --help
  --version

Exit codes: 0 good; 1 requests or connections failed; 2 usage; 3 INVALID, the generator was the bottleneck;
4 the load could not begin; 130 ended by Ctrl-C, with the results so far.
`
