import type { TlsOptions } from './tls.js'

/** Returns the delay before an attempt to reconnect, see {@link SocketOptions.reconnectStrategy}. */
export type ReconnectStrategy = (retries: number, cause: Error) => number | false | Error

/** Socket settings, named as in the `socket` object of node-redis. */
export interface SocketOptions extends TlsOptions {
  /** Host name or IP address of the server. Default: `localhost`. */
  host?: string | undefined
  /** Port of the server, 1 to 65535. Default: 6379. */
  port?: number | undefined
  /** Path of a unix socket, starting with `/` or `.`. Replaces `host` and `port`. Default: none. */
  path?: string | undefined
  /**
   * `true` enables TLS, as in node-redis. So does each of `ca`, `cert`, `key`, `servername` and `rejectUnauthorized` in
   * `socket`. If the option `tls` outside of `socket` is an object, the two are merged, and its fields override those in
   * `socket`. `false`, here or outside of `socket`, together with one of these options throws `ERR_INVALID_CONFIG`: they would
   * have no effect. The exception is `rejectUnauthorized: false` with `socket.tls: false`, which node-redis ignores too. Default:
   * off.
   */
  tls?: boolean | undefined
  /** Maximum time of one attempt to connect and log in, in milliseconds, 1 or more. Default: 10000. */
  connectTimeout?: number | undefined
  /** Sends TCP keepalive probes, the first after 5 seconds without traffic. Default: `true`. */
  keepAlive?: boolean | undefined
  /** Disables Nagle's algorithm, so that small packets are sent immediately. Default: `true`. */
  noDelay?: boolean | undefined
  /**
   * Sets the delay before each attempt to reconnect, or when to give up:
   *
   * - a number: the delay in milliseconds, 0 to 2147483647.
   * - `false`: give up when the connection is lost or the first attempt fails.
   * - a function of the number of retries so far (from 0) and the last error. It returns the delay in milliseconds, or
   *   `false` or an `Error` to give up. If it throws or returns anything else (a promise, `NaN`, a negative number),
   *   the default delay is used and one process warning is emitted.
   *
   * When the adapter gives up, all pending and later calls reject with `ERR_CONNECTION`, and `end` is emitted.
   *
   * The strategy applies to the command connection (the one for calls on single entries). The scan connection always
   * reconnects with the default delays, and is closed when the adapter gives up.
   *
   * Default: never give up; exponential backoff with jitter from 50 milliseconds to 2 seconds. With Sentinel and
   * Cluster the maximum is 500 milliseconds, and a new master that the sentinels announce ends the delay.
   */
  reconnectStrategy?: number | false | ReconnectStrategy | undefined
}
