// @ts-check
// Creates certificates for a test, as PEM files for servers.

import { createPrivateKey, webcrypto } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
// @peculiar/x509 requires this polyfill to be loaded first.
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'

/** @typedef {{ cert: string, key: string }} Files a certificate and its key, in PEM */

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const day = 24 * 3600 * 1000

x509.cryptoProvider.set(/** @type {any} */ (webcrypto))

/** A certificate authority. */
export class Authority {
  #keys
  #certificate

  /**
   * @param {webcrypto.CryptoKeyPair} keys
   * @param {x509.X509Certificate} certificate
   */
  constructor(keys, certificate) {
    this.#keys = keys
    this.#certificate = certificate
  }

  /** @param {string} name */
  static async create(name) {
    const keys = /** @type {webcrypto.CryptoKeyPair} */ (
      await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    )
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      ...validity(-1, 30),
      name: `CN=${name}`,
      keys,
      signingAlgorithm: algorithm,
      extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
    })
    return new Authority(keys, certificate)
  }

  /** The authority's own certificate, in PEM. */
  get pem() {
    return this.#certificate.toString('pem')
  }

  /**
   * @param {{ names?: string[], from?: number, to?: number }} [of] `names`: host names or addresses; `from`, `to`:
   *   validity in days from now
   * @returns {Promise<Files>} the texts
   */
  async issue({ names = ['localhost', '127.0.0.1'], from = -1, to = 30 } = {}) {
    const keys = /** @type {webcrypto.CryptoKeyPair} */ (
      await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    )
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity(from, to),
      subject: `CN=${names[0]}`,
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [new x509.SubjectAlternativeNameExtension(names.map(generalName))],
    })
    return { cert: certificate.toString('pem'), key: await pemOf(keys.privateKey) }
  }
}

/**
 * A self-signed certificate.
 *
 * @param {{ authority?: boolean, names?: string[], commonName?: string, from?: number, to?: number }} [of] `authority`:
 *   whether it may sign others, as certificates of `openssl req -x509` may by default; `names`: host names or
 *   addresses; `from`, `to`: validity in days from now
 * @returns {Promise<Files>} the texts
 */
export async function selfSigned({
  authority = false,
  names = ['localhost', '127.0.0.1'],
  commonName = names[0],
  from = -1,
  to = 30,
} = {}) {
  const keys = /** @type {webcrypto.CryptoKeyPair} */ (
    await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  )
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(from, to),
    name: `CN=${commonName ?? 'unnamed'}`,
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      ...(authority ? [new x509.BasicConstraintsExtension(true, undefined, true)] : []),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names.map(generalName))] : []),
    ],
  })
  return { cert: certificate.toString('pem'), key: await pemOf(keys.privateKey) }
}

/**
 * @param {number} from
 * @param {number} to
 */
function validity(from, to) {
  return { notBefore: new Date(Date.now() + from * day), notAfter: new Date(Date.now() + to * day) }
}

/** @param {string} name @returns {x509.JsonGeneralName} */
function generalName(name) {
  return { type: /^[\d.]+$/.test(name) ? 'ip' : 'dns', value: name }
}

/** @param {webcrypto.CryptoKey} key */
async function pemOf(key) {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key))
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString()
}

/**
 * A folder for one test, removed at its end.
 *
 * @param {import('node:test').TestContext} t
 */
export async function folderFor(t) {
  const folder = await makeFolder()
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

export function makeFolder() {
  return mkdtemp(join(tmpdir(), 'certificates-'))
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {Files} texts
 * @returns {Promise<Files>} the paths
 */
export async function save(folder, name, { cert, key }) {
  const paths = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) }
  await Promise.all([writeFile(paths.cert, cert), writeFile(paths.key, key)])
  return paths
}
