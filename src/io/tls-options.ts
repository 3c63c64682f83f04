import { CalandriaTypeError } from '../errors/calandria-error.js'

/** What shows a client who we are. Contents, not names of files. */
export interface TlsCertificate {
  /** The chain in PEM, our own certificate first. */
  readonly cert: string | Uint8Array
  /** Its private key in PEM. */
  readonly key: string | Uint8Array
  /** Opens the key, where it is encrypted. */
  readonly passphrase?: string
}

/** Chooses by the name that the client asked for (SNI, in lower case); `undefined` takes the default certificate. */
export type CertificateChooser = (
  servername: string,
) => TlsCertificate | undefined | Promise<TlsCertificate | undefined>

/** What can be exchanged while the server runs. */
export interface TlsCertificates extends TlsCertificate {
  /** Certificates for other names than the default's: by host name, where `*.` stands for one label; or a function. */
  readonly sni?: Readonly<Record<string, TlsCertificate>> | CertificateChooser
  /** With `requestCert`: whose client certificates count, in PEM. Default: the authorities that Node knows. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[]
}

/** What `serve({ tls })` takes. */
export interface TlsOptions extends TlsCertificates {
  /** Default `TLSv1.2`. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3'
  /** Cipher suites, as OpenSSL spells them. Default: Node's. */
  readonly ciphers?: string
  /** Asks clients for a certificate. Default `false`. */
  readonly requestCert?: boolean
  /** With `requestCert`: refuses clients without one that `ca` vouches for. Default `true`. */
  readonly rejectUnauthorized?: boolean
  /** How long a handshake may take, in milliseconds. Default 10,000. */
  readonly handshakeTimeoutMs?: number
}

const CERTIFICATE_NAMES = ['cert', 'key', 'passphrase'] as const satisfies (keyof TlsCertificate)[]
const CERTIFICATES_NAMES = [...CERTIFICATE_NAMES, 'sni', 'ca'] as const satisfies (keyof TlsCertificates)[]
const NAMES: readonly string[] = [
  ...CERTIFICATES_NAMES,
  'minVersion',
  'ciphers',
  'requestCert',
  'rejectUnauthorized',
  'handshakeTimeoutMs',
] satisfies (keyof TlsOptions)[]

/** Checks the shape; whether the certificates are good, `TlsContexts` finds out. @throws CalandriaTypeError `CAL_ERR_OPTION` */
export function checkTlsOptions(options: TlsOptions): void {
  refuseUnknown('tls', options, NAMES)
  checkCertificatesOf('tls', options)
  const { minVersion, ciphers, requestCert, rejectUnauthorized, handshakeTimeoutMs: ms } = options
  if (minVersion !== undefined && !['TLSv1.2', 'TLSv1.3'].includes(minVersion))
    throw wrong('tls.minVersion must be TLSv1.2 or TLSv1.3')
  if (ciphers !== undefined && typeof ciphers !== 'string') throw wrong('tls.ciphers must be a string')
  for (const [name, value] of Object.entries({ requestCert, rejectUnauthorized }))
    if (value !== undefined && typeof value !== 'boolean') throw wrong(`tls.${name} must be true or false`)
  if (ms !== undefined && !(typeof ms === 'number' && ms > 0 && ms < Infinity))
    throw wrong('tls.handshakeTimeoutMs must be a number of milliseconds above 0')
}

/** @throws CalandriaTypeError `CAL_ERR_OPTION` */
export function checkTlsCertificates(certificates: TlsCertificates): void {
  refuseUnknown('certificates', certificates, CERTIFICATES_NAMES)
  checkCertificatesOf('certificates', certificates)
}

/** @throws CalandriaTypeError `CAL_ERR_OPTION` */
export function checkCertificate(where: string, certificate: TlsCertificate): void {
  refuseUnknown(where, certificate, CERTIFICATE_NAMES)
  checkPems(where, certificate)
}

function checkCertificatesOf(where: string, certificates: TlsCertificates): void {
  checkPems(where, certificates)
  const { sni, ca } = certificates
  const authorities: unknown[] = ca === undefined ? [] : Array.isArray(ca) ? ca : [ca]
  if (!authorities.every(isPem)) throw wrong(`${where}.ca must be PEM: a string, bytes, or several of them`)
  if (sni === undefined || typeof sni === 'function') return
  if (typeof sni !== 'object' || (sni as unknown) === null)
    throw wrong(`${where}.sni must be an object or a function`)
  for (const [host, certificate] of Object.entries(sni))
    checkCertificate(`${where}.sni['${host}']`, certificate)
}

function checkPems(where: string, { cert, key, passphrase }: TlsCertificate): void {
  if (!isPem(cert)) throw wrong(`${where}.cert must be a certificate in PEM, as a string or bytes`)
  if (!isPem(key)) throw wrong(`${where}.key must be a private key in PEM, as a string or bytes`)
  if (passphrase !== undefined && typeof passphrase !== 'string')
    throw wrong(`${where}.passphrase must be a string`)
}

function isPem(value: unknown): boolean {
  return (typeof value === 'string' || value instanceof Uint8Array) && value.length > 0
}

function refuseUnknown(where: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw wrong(`${where} must be an object`)
  const unknown = Object.keys(options).find((name) => !names.includes(name))
  if (unknown !== undefined) throw wrong(`there is no option ${where}.${unknown}`)
}

function wrong(detail: string): CalandriaTypeError {
  return new CalandriaTypeError('CAL_ERR_OPTION', detail)
}
