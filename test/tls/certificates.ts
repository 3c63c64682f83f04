import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate and its key in PEM, and the file that the certificate lies in for programs. */
export interface Issued {
  readonly cert: string
  readonly key: string
}

/**
 * A certificate authority for one test file. Everything is made when the test runs, by OpenSSL, in a folder that
 * {@link Authority.remove} removes: no private key lies in the repository.
 */
export class Authority {
  readonly folder = mkdtempSync(join(tmpdir(), 'calandria-tls-'))
  /** For `curl --cacert`. */
  readonly certFile = join(this.folder, 'ca.pem')
  readonly cert: string
  readonly #keyFile = join(this.folder, 'ca.key')
  #count = 0

  constructor(name = 'Calandria Test CA') {
    this.#openssl(
      'req',
      '-x509',
      ...this.#newKey(this.#keyFile),
      '-subj',
      `/CN=${name}`,
      '-days',
      '2',
      '-out',
      this.certFile,
    )
    this.cert = readFileSync(this.certFile, 'utf8')
  }

  /** @param names host names (`*.example` too) or IPv4 addresses; the first is the common name */
  issue(...names: readonly string[]): Issued {
    const base = join(this.folder, `issued-${this.#count++}`)
    const alternatives = names.map((name) => (/^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`)).join()
    writeFileSync(`${base}.ext`, `subjectAltName=${alternatives}\n`)
    this.#openssl('req', ...this.#newKey(`${base}.key`), '-subj', `/CN=${names[0]}`, '-out', `${base}.csr`)
    const signing = ['-CA', this.certFile, '-CAkey', this.#keyFile, '-CAcreateserial', '-days', '2']
    this.#openssl(
      'x509',
      '-req',
      '-in',
      `${base}.csr`,
      ...signing,
      '-extfile',
      `${base}.ext`,
      '-out',
      `${base}.pem`,
    )
    return { cert: readFileSync(`${base}.pem`, 'utf8'), key: readFileSync(`${base}.key`, 'utf8') }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #newKey(file: string): string[] {
    return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file]
  }

  #openssl(...parameters: readonly string[]): void {
    execFileSync('openssl', parameters, { stdio: ['ignore', 'ignore', 'pipe'] })
  }
}
