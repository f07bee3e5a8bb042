import type { WriteOptions } from './call-options.js'
import type { SetOptions } from './entry.js'
import type { StateLock } from './lock.js'

/**
 * One operation of a transaction.
 *
 * | op | effect |
 * | --- | --- |
 * | `set` | writes an entry, with the options of the method `set` |
 * | `delete` | deletes an entry; with `ifMatch` only if it has this etag |
 * | `check` | writes nothing: the transaction is executed only if the condition is met |
 * | `holds` | writes nothing: the transaction is executed only if this is still the last holder of the lock, see {@link StateTransaction.holds} |
 */
export type TransactionOperation =
  | ({ op: 'set'; key: string; value: unknown } & Pick<SetOptions, 'ttl' | 'ifAbsent' | 'ifMatch'>)
  | { op: 'delete'; key: string; ifMatch?: string }
  | { op: 'check'; key: string; ifAbsent?: boolean | undefined; ifMatch?: string }
  | { op: 'holds'; lock: StateLock }

/**
 * Collects the operations of a transaction; the methods can be chained. The operations are sent when the function that
 * received this object has completed. After that its methods throw `ERR_INVALID_ARGUMENT`.
 */
export interface StateTransaction {
  /** Adds a write of an entry. */
  set(key: string, value: unknown, options?: Pick<SetOptions, 'ttl' | 'ifAbsent' | 'ifMatch'>): this
  /** Adds the deletion of an entry; with `ifMatch` the entry must have this etag. */
  delete(key: string, options?: { ifMatch?: string }): this
  /** Adds a condition on an entry, without writing it. */
  check(key: string, condition: { ifAbsent?: boolean | undefined; ifMatch?: string }): this
  /**
   * Adds the condition that this is still the last holder of the lock: it was not released, and no other caller has
   * acquired it later. A lock whose `ttl` expired still passes until another caller acquires it, for at most an hour.
   */
  holds(lock: StateLock): this
}

/**
 * The operations of a transaction as a list, or a function (which may be async) that adds them to a `StateTransaction`.
 */
export type TransactionWork = readonly TransactionOperation[] | ((tx: StateTransaction) => unknown)

/** Writes of several entries as a unit. */
export interface TransactionMethods {
  /**
   * Writes several entries of a trace id atomically: all of them or none (see `ERR_REPLY` below for the exception).
   *
   * All conditions are checked before the first write, then the operations are executed in the given order. No other
   * client sees a partial result. In a cluster all keys must be in the same slot, so more than one key requires the
   * option `hashTags`. A transaction without operations sends nothing and resolves.
   *
   * @param work the operations, at most 10,000, or a function that adds them. An error that the function throws rejects
   *   the call
   * @throws RedisStateError `ERR_CONFLICT` if a condition is not met, with the `key` of the entry or lock;
   *   `ERR_WRONG_TYPE` if a key holds another Redis type; `ERR_UNSUPPORTED` in a cluster if more than one key is used
   *   without `hashTags`. In each of these cases nothing was written. `ERR_REPLY` with `applied: 'unknown'` if the
   *   server refuses an operation after it executed earlier ones, because the ACL user may not run its command or
   *   access its key: the earlier writes stay
   *
   * @example
   * const status = await state.getWithMetadata('order-1', 'status')
   * if (status) {
   *   await state.transaction('order-1', (tx) => {
   *     tx.set('status', 'paid', { ifMatch: status.etag })
   *     tx.set('receipt', { no: 7 }, { ifAbsent: true })
   *     tx.delete('hold')
   *   })
   * }
   */
  transaction(traceId: string, work: TransactionWork, options?: WriteOptions): Promise<void>
}
