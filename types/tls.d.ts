/**
 * Certificates or a private key: PEM as a string or as bytes, a list of these, or the path of a file (a string without
 * `-----BEGIN`). A file is read on every connect, so you can replace it while the adapter runs.
 */
export type Pem = string | Uint8Array | readonly (string | Uint8Array)[]

/**
 * TLS settings, named as in `node:tls`. Versions 1.2 and 1.3 are supported.
 *
 * A certificate or key that cannot be used (not PEM, file not found) and an untrusted server are reported on connect:
 * by the `error` event, and as the `cause` of calls that time out. The adapter never falls back to a connection without
 * TLS.
 */
export interface TlsOptions {
  /**
   * Certificates to trust: certificate authorities, or the certificate of the server itself, for example a self-signed
   * one from `openssl req -x509`; the server must then present exactly this certificate. Validity dates and host name
   * are verified in both cases.
   *
   * Default: the certificate authorities of the operating system, or those of Node.js if the operating system has none,
   * plus those in the file that the environment variable `NODE_EXTRA_CA_CERTS` names. That file is read once; if it
   * cannot be read, one process warning is emitted.
   */
  ca?: Pem | undefined
  /** Client certificate, followed by its intermediate certificates. Requires `key`. Default: none. */
  cert?: Pem | undefined
  /** Unencrypted private key of the client certificate. Requires `cert`. Default: none. */
  key?: Pem | undefined
  /** Host name or IP address that the server certificate must contain. Default: the host of the connection. */
  servername?: string | undefined
  /**
   * `false` accepts any certificate: the connection is encrypted, but the server is not authenticated. One process
   * warning is emitted. Default: `true`.
   */
  rejectUnauthorized?: boolean | undefined
}
