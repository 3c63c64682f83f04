import { constants } from 'node:crypto'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import { CalandriaTypeError } from '../errors/calandria-error.js'
import {
  type CertificateChooser,
  checkCertificate,
  checkTlsCertificates,
  checkTlsOptions,
  type TlsCertificate,
  type TlsCertificates,
  type TlsOptions,
} from './tls-options.js'

type Chooser = (servername: string) => SecureContext | null | Promise<SecureContext | null>

/** The certificates of one server: the default's and those chosen by name. They can be exchanged while it runs. */
export class TlsContexts {
  readonly #shared: SecureContextOptions
  #given: TlsCertificates
  #defaults!: SecureContextOptions
  #choose!: Chooser

  /** @throws CalandriaTypeError `CAL_ERR_OPTION`, also for certificates that OpenSSL does not take */
  constructor(options: TlsOptions) {
    checkTlsOptions(options)
    this.#shared = {
      minVersion: options.minVersion ?? 'TLSv1.2',
      ...(options.ciphers === undefined ? {} : { ciphers: options.ciphers }),
      // TLS 1.2 lets a client ask for new handshakes without end; HTTP/1.1 needs none. The server's order is kept.
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_CIPHER_SERVER_PREFERENCE,
      // Sessions are only resumed in the context they were made for, and contexts of one server share it.
      sessionIdContext: 'calandria',
    }
    this.#given = options
    this.#use(options)
  }

  /** For clients that ask for no name, or for one that nobody has chosen a certificate for. */
  get defaults(): SecureContextOptions {
    return this.#defaults
  }

  /** @returns the context for a name; `null` takes the default */
  choose(servername: string): SecureContext | null | Promise<SecureContext | null> {
    return this.#choose(servername.toLowerCase())
  }

  /**
   * Exchanges the certificates: all of them, or none when one of them is not good. `sni` and `ca` stay as they are where
   * they are left out.
   * @throws CalandriaTypeError `CAL_ERR_OPTION`
   */
  replace(certificates: TlsCertificates): void {
    checkTlsCertificates(certificates)
    const { sni = this.#given.sni, ca = this.#given.ca } = certificates
    this.#use({ ...certificates, ...(sni === undefined ? {} : { sni }), ...(ca === undefined ? {} : { ca }) })
  }

  #use(certificates: TlsCertificates): void {
    const { sni, ca } = certificates
    const shared = ca === undefined ? this.#shared : { ...this.#shared, ca: toPems(ca) }
    const defaults = optionsOf(shared, certificates)
    makeContext('the default certificate', defaults)
    this.#choose = typeof sni === 'function' ? byFunction(sni, shared) : byName(sni ?? {}, shared)
    this.#defaults = defaults
    this.#given = certificates
  }
}

function byName(sni: Readonly<Record<string, TlsCertificate>>, shared: SecureContextOptions): Chooser {
  const contexts = new Map(
    Object.entries(sni).map(([host, certificate]) => [
      host.toLowerCase(),
      makeContext(`the certificate for ${host}`, optionsOf(shared, certificate)),
    ]),
  )
  return (servername) =>
    contexts.get(servername) ?? contexts.get(servername.replace(/^[^.]+\./, '*.')) ?? null
}

function byFunction(choose: CertificateChooser, shared: SecureContextOptions): Chooser {
  // A context is dear to make: one for every certificate object, for as long as the user keeps it.
  const contexts = new WeakMap<TlsCertificate, SecureContext>()
  return async (servername) => {
    const certificate = await choose(servername)
    if (certificate === undefined) return null
    let context = contexts.get(certificate)
    if (context === undefined) {
      checkCertificate(`the certificate for ${servername}`, certificate)
      context = makeContext(`the certificate for ${servername}`, optionsOf(shared, certificate))
      contexts.set(certificate, context)
    }
    return context
  }
}

function optionsOf(shared: SecureContextOptions, certificate: TlsCertificate): SecureContextOptions {
  const { cert, key, passphrase } = certificate
  return {
    ...shared,
    cert: toPem(cert),
    key: toPem(key),
    ...(passphrase === undefined ? {} : { passphrase }),
  }
}

function makeContext(what: string, options: SecureContextOptions): SecureContext {
  try {
    return createSecureContext(options)
  } catch (cause) {
    throw new CalandriaTypeError('CAL_ERR_OPTION', `tls: ${what} is not good (${(cause as Error).message})`)
  }
}

function toPem(value: string | Uint8Array): string | Buffer {
  return typeof value === 'string' ? value : Buffer.from(value)
}

function toPems(value: string | Uint8Array | readonly (string | Uint8Array)[]): (string | Buffer)[] {
  return (typeof value === 'string' || value instanceof Uint8Array ? [value] : value).map(toPem)
}
