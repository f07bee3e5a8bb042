// @ts-check
'use strict'

/**
 * The contract between the facade (`lib/adapter`, `lib/operations`, `lib/query`, `lib/watch`) and engines, which store entries.
 * The facade checks arguments, applies signals and traces calls; an engine does not depend on the facade.
 *
 * An engine counts its calls in the meter of its host and enforces its limits of pending calls. It rejects with a
 * `RedisStateError` that has the trace id, the key and, of a write, `applied`.
 *
 * @typedef {object} StateEngine
 * @property {Capabilities} capabilities
 * @property {EngineRules} rules
 * @property {(call: StateCall) => Promise<any>} execute runs a call on an entry and resolves to its reply, see `Replies`; throws,
 *   before anything is sent, if the engine cannot run the call
 * @property {(scope: Scope, projection: Projection, cancellation?: Cancellation) => Promise<any>} list reads entries of a
 *   trace or of all traces; resolves as `Projection` says
 * @property {(scope: Scope, cancellation?: Cancellation) => Promise<void>} clear removes the entries of a trace
 * @property {(scope: PageScope, cancellation?: Cancellation) => Promise<ListedPage | undefined>} [listPage] reads a page of the
 *   entries of a trace, in an order of their keys; resolves to undefined if it cannot. Omitted: it never can
 * @property {(wanted: { traceId?: string, onProgress?: (progress: ReindexProgress) => unknown }, cancellation?: Cancellation) =>
 *   Promise<ReindexProgress>} [reindex] adds the entries of a trace or of all traces to their indexes
 * @property {(cancellation?: Cancellation) => Promise<IndexCheck>} [checkIndex] compares the indexes with the entries
 * @property {(plan: QueryPlan, cancellation?: Cancellation) => Promise<QueryPage>} query
 * @property {(scope: WatchScope, sink: WatchSink) => () => void} subscribe delivers events of entries until the returned function
 *   is called
 * @property {(lock: { traceId: string, key: string }, onEvent: (event: LockEvent) => void) => () => void} subscribeToLock
 *   delivers releases of a lock until the returned function is called
 * @property {() => EngineStats} stats
 * @property {() => boolean} isReady whether calls are sent at once
 * @property {(waited?: number) => Unready | undefined} unready why they are not. With `waited`, the milliseconds that a caller has
 *   waited for it, the error is that of this caller
 * @property {() => void} abort rejects the pending calls and all later ones
 * @property {() => Promise<void>} close accepts no more calls; resolves once the pending ones have settled
 *
 * @property {{ readonly hits: number, readonly misses: number }} [cacheCounts] reads that a cache answered, and those that it did not
 *
 * An engine whose host has `onInvalidation` also has these, if it can track what it has read:
 *
 * @property {() => boolean} [isTracking] whether every server in use reports changes of entries that `getTracked` has read
 * @property {() => number} [provenAt] the time, on the clock `now()` of lib/time.js, as of which every server in use has certainly
 *   reported all changes: the newest of its replies answers a command that was sent then. -Infinity if not `isTracking`
 * @property {() => Promise<boolean>} [prove] asks every server in use whether it still is the one that has the entries. The caller
 *   counts `true` as a proof from the moment of its call; before `false` because of another server, `onInvalidation(null)` is called
 */

/**
 * @typedef {import('./call.js').StateCall} StateCall
 * @typedef {import('../../index.js').RedisStateError} RedisStateError
 * @typedef {import('../../index.js').StateItem} StateItem
 *
 * @typedef {object} Capabilities what an engine supports; the facade rejects the rest with `ERR_UNSUPPORTED`
 * @property {ReadonlySet<string>} operations names of `OPERATIONS`
 * @property {boolean} conditions `ifAbsent`, `ifMatch`
 * @property {boolean} expiry `ttl`
 * @property {boolean} query
 * @property {boolean} watch
 * @property {boolean} replicas writes can wait for replicas
 * @property {Record<string, string>} [reasons] why something is not supported, by `watch`, `replicas` or the name of an operation
 * @property {boolean} [index] it has `reindex` and `checkIndex`
 * @property {boolean} movesEntries an entry can move between servers: the old one then reports a removal and the new one a
 *   write, although the entry did not change
 *
 * @typedef {object} EngineRules rules that the facade enforces, and limits that it has to know
 * @property {boolean} strictTraceIds trace ids must not contain ":"
 * @property {boolean} [isUnprefixed] entries are stored under `<traceId>:<key>`
 * @property {boolean} [hashTags] entries are stored under `{<traceId>}:<key>`, behind the prefix
 * @property {boolean} [mustBeTag] trace ids must be hash tags of a cluster
 * @property {boolean} strictValues values that JSON would change are rejected
 * @property {{ jsonText: (value: unknown) => string, decode: (stored: unknown) => any, copy: (value: any) => any }} [codec] the
 *   format of values, if it is not JSON
 * @property {number} commandTimeout maximum time before a call settles, in milliseconds
 * @property {{ calls: number, bytes: number }} maxPending
 * @property {number} [maxPortion] calls of a bulk method that run at a time. Omitted: as many as may be pending
 * @property {boolean} [hasConsistency] reads have the option `consistency`
 * @property {{ expected: string, accepts: (text: string) => boolean }} [etag] the form of etags. Omitted: 40 hexadecimal digits
 * @property {object} server how the server is named in traces
 * @property {object} inspectedFields what `util.inspect` shows of the store, without credentials
 * @property {(traceId: string, key: string) => string} [entryKey] the key of an entry for commands of the user. Omitted: there are none
 * @property {boolean} [isView] the connections are those of another engine, which waits for them
 *
 * @typedef {object} Scope
 * @property {string} [traceId] omitted: all traces
 * @property {string} [keyPrefix] only entries whose key starts with it
 * @property {string[]} [keys] only these keys of the trace; those without an entry are skipped
 * @property {string} [consistency] of the read, if the engine's rules have it
 * @property {string[]} [names] only these entries: trace ids and keys, one after the other
 *
 * @typedef {'values' | 'items' | 'keys' | 'count' | 'traceIds' | 'names' | 'present'} Projection
 *   `values`: array of values · `items`: array of `StateItem` · `keys`: array of keys · `count`: number; of all traces, keys without a trace id
 *   count too · `traceIds`: array ·
 *   `names`: array of trace ids and keys, one after the other · `present`: of `scope.names`, the indexes of the entries that
 *   exist
 *
 * @typedef {object} PageScope
 * @property {string} traceId
 * @property {string} keyPrefix
 * @property {number} limit of the entries of the page
 * @property {string} [after] the position of the page before. Omitted: the first page
 *
 * @typedef {{ items: StateItem[], position: string | null }} ListedPage `position`: the last key of the page, as hexadecimal
 *   digits of its UTF-8 bytes; `null` if no page follows
 * @typedef {{ scanned: number, indexed: number }} ReindexProgress keys that were found, and entries that are indexed now
 * @typedef {{ entries: number, members: number, missing: number, dead: number }} IndexCheck
 *
 * @typedef {object} Cancellation how the facade cancels a listing, when the caller's signal is aborted
 * @property {() => void} cancel set by the engine that runs the listing
 *
 * @typedef {object} QueryPlan
 * @property {string} [traceId]
 * @property {unknown} [filter] paths by their index in `paths`, see `lib/query/filter.js`
 * @property {[path: number, order: string][]} sort
 * @property {string[]} paths
 * @property {number} [limit]
 * @property {string} [consistency] of the read, if the engine's rules have it
 * @property {string} [after] JSON text of the position after which the page starts
 *
 * @typedef {{ items: StateItem[], position: string | null }} QueryPage `position`: where the next page starts, `null` after the last one
 *
 * @typedef {{ traceId?: string, key?: string, configure: boolean }} WatchScope
 *
 * @typedef {object} WatchEvent
 * @property {'written' | 'restored' | 'removed' | 'expired' | 'started' | 'gap'} kind `started`: the subscription is active;
 *   `gap`: events may have been lost. Both have an empty trace id and key
 * @property {string} traceId
 * @property {string} key
 *
 * @typedef {object} WatchSink
 * @property {(event: WatchEvent) => void} onEvent
 * @property {(error: RedisStateError) => void} onFailure the subscription has ended
 * @property {() => void} onUnverified the engine cannot verify that the server reports changes
 *
 * @typedef {'subscribed' | 'released' | 'unsubscribed'} LockEvent
 *
 * @typedef {object} Unready
 * @property {() => RedisStateError} makeError
 * @property {string} [silent] what gives no sign of life, such as a server, if that is the reason
 * @property {boolean} isPermanent waiting does not help: the credentials, the options or the server must change
 *
 * @typedef {object} EngineStats
 * @property {number} inFlight
 * @property {number} waiting
 * @property {number} pendingBytes
 * @property {number} bytesSent
 * @property {number} bytesReceived
 * @property {number} reconnects
 * @property {number} [requestCharge] request units of all requests
 * @property {{ hits: number, misses: number, invalidations: number, entries: number, bytes: number }} [cache]
 */

/**
 * Replies of `execute`, by operation.
 *
 * @typedef {object} Replies
 * @property {unknown} get the value, `null` if there is no entry
 * @property {{ value: unknown, ttl: number | undefined }} getTracked `ttl`: milliseconds until the entry expires, counted from the
 *   call or later; -1 never, -2 if there is no entry. `undefined` if changes of the entry may not be reported
 * @property {unknown} set `call.value`
 * @property {unknown} delete the value that was deleted or `null`; with `input.existence` whether the entry existed
 * @property {undefined} ping
 * @property {'primary' | 'replica' | 'memory' | null} role of the server; null if it does not say
 * @property {boolean} has
 * @property {{ value: unknown, etag: string, ttl: number } | null} getWithMetadata
 * @property {number | null} ttl seconds, -1 without an expiry
 * @property {boolean} touch whether the entry exists
 * @property {boolean} persist whether the entry had an expiry
 * @property {number | { value: number, ttl: number }} increment the sum; with `input.withTtl` also the seconds until the entry
 *   expires, -1 without an expiry
 * @property {unknown} update `{ oldValue, newValue }`; with `replies: 'last'` the result of the last change
 * @property {{ fence: number | null, holdMs: number }} lock `holdMs`: milliseconds until the lock of another holder expires
 * @property {{ allowed: boolean, remaining: number, resetAfter: number }} rateLimit `resetAfter` in seconds
 * @property {{ failed?: number, reply?: string }} transaction `failed`: index of the step whose condition does not hold; with
 *   `reply`, of the step that the server refused with it after it had run the steps before
 */

/**
 * What the facade provides to an engine.
 *
 * @typedef {object} Host
 * @property {import('../observability/meter.js').Meter} meter
 * @property {(event: ConnectionEvent) => void} onEvent also called with `ready` if there is no connection
 * @property {Function} [strategy] the caller's reconnect strategy
 * @property {Function} [credentials] the caller's provider of credentials
 * @property {boolean} [isPrivate] the engine is a part of another one, so that it emits no warnings
 * @property {(names: readonly string[] | null) => void} [onInvalidation] receives the names (`<traceId>:<key>`) of entries that
 *   were read with `getTracked` and may have changed since; `null` if any may have: the server does not say which, a connection was
 *   lost or replaced, or entries move. Called before any reply is settled that the same server sent later, and never while
 *   JavaScript is on the stack. Names of entries that were never read are possible. It must not throw
 *
 * @typedef {object} ConnectionEvent
 * @property {'connecting' | 'connect' | 'ready' | 'reconnecting' | 'error' | 'end'} name
 * @property {(() => RedisStateError) | undefined} makeError makes a new error with the reason, if there is one
 * @property {string} [silent] what gives no sign of life, such as a server, if that is the reason
 * @property {number} retries
 * @property {number} delay in milliseconds
 */

module.exports = {}
