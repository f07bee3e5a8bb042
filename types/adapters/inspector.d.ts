import type { IncomingMessage, ServerResponse } from 'node:http'
import type { StateStore } from '../store.js'
import type { StateStores } from '../stores.js'

/** Options of {@link inspector}. */
export interface InspectorOptions<Request extends IncomingMessage = IncomingMessage> {
  /**
   * Decides who may use the inspector, and with it read every entry: called for each request, before anything is read. Only `true`
   * (or a promise of it) lets the request through; otherwise it is answered with 403, unless the function has sent a response of its
   * own, such as a redirect to a login. If it throws, the response is 500 without the reason.
   */
  authorize(request: Request, response: ServerResponse): boolean | Promise<boolean>
  /**
   * Whether entries can be changed, created and deleted: `true`, or a function that decides for each request. Default: `false`; requests
   * that write are answered with 403.
   */
  writable?: boolean | ((request: Request) => boolean | Promise<boolean>) | undefined
  /**
   * Host names under which the server may be called, such as `'admin.example.com'` or `'localhost:3000'`; a name without a port
   * allows all ports. Requests with another `Host` are answered with 421. Set it if `authorize` relies on the network, and not on a cookie or a
   * header: it prevents DNS rebinding. Default: all.
   */
  allowedHosts?: readonly string[] | undefined
  /**
   * Path that the inspector is served at, such as `'/state'`, if nothing else removes it from `request.url`. Express and Connect do,
   * with `app.use('/state', handler)`. Requests for other paths are passed to `next`, or answered with 404. Default: `''`.
   */
  basePath?: string | undefined
  /** Name of the store in the page, if the target is not `StateStores`. Default: `'default'`. */
  name?: string | undefined
  /** `true` lets watches of the page enable keyspace notifications on the server, as the option of `watch`. Default: `false`. */
  configure?: boolean | undefined
  /**
   * Maximum time of a request, except for a stream of changes, in milliseconds or as a duration such as `'30s'`. After it the response is 504,
   * and listings are aborted. Default: 30 seconds.
   */
  timeout?: number | string | undefined
}

/** A handler for `node:http`, Express and Connect. */
export interface InspectorHandler {
  (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void): void
  /** Ends all streams of changes, so that `server.close()` does not wait for them. Later requests are still served. */
  close(): void
}

/**
 * Makes a handler that serves a page to look into a store: its groups, entries, queries, changes and health.
 *
 * @param target a `RedisStateAdapter`, another store, or `StateStores`. It stays open: close it yourself
 * @throws RedisStateError `ERR_INVALID_CONFIG` if an option is missing, invalid or unknown, or the target is not a store
 *
 * @example
 * import { inspector } from 'redis-state-adapter/inspector'
 *
 * app.use('/state', inspector(state, { authorize: (request: Request) => request.session.user?.isAdmin === true }))
 */
export declare function inspector<Request extends IncomingMessage = IncomingMessage>(
  target: StateStore | StateStores,
  options: InspectorOptions<Request>,
): InspectorHandler
