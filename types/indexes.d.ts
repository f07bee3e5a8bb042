import type { ReadOptions } from './call-options.js'

/** Progress of `reindex`. */
export interface ReindexProgress {
  /** Keys that were found so far. A key that the server returns twice, while its table grows, counts twice. */
  scanned: number
  /** Those of them that are in the index of their trace now. */
  indexed: number
}

/** Options of `reindex`. */
export interface ReindexOptions {
  /** Only the entries of this trace. Default: all entries, after which listings rely on the indexes. */
  traceId?: string | undefined
  /**
   * Called with the progress, at most every 100 ms, and with the total at the end. If it throws, `reindex` stops and rejects
   * with that error. Default: none.
   */
  onProgress?: ((progress: ReindexProgress) => unknown) | undefined
  /** Stops `reindex`, which rejects with `ERR_ABORTED`. What is indexed by then stays indexed. Default: none. */
  signal?: AbortSignal | undefined
}

/** The result of `checkIndex`. */
export interface IndexCheck {
  /** Entries with the key prefix of this adapter. */
  entries: number
  /** Members of the indexes of all traces. */
  members: number
  /** Entries that are missing in the index of their trace, so that listings miss them: call `reindex()`. */
  missing: number
  /** Members without an entry, which listings skip and remove. Exact only if no client writes meanwhile. */
  dead: number
}

/** Methods on the indexes of an adapter with `index: true`; see docs/index.md. */
export interface IndexMethods {
  /**
   * Adds all entries to the index of their trace, or those of one trace. Entries stay as they are, and other clients can read
   * and write meanwhile.
   *
   * Once a `reindex()` of all entries is complete, all adapters with `index: true` and this key prefix list traces by their
   * indexes. Call it once when you switch `index` on, after all instances that write use it, and after other programs have
   * written entries. It is not needed for a database that was empty when the first adapter with an index used it; in a
   * cluster it is.
   *
   * It scans all keys of the database, which takes seconds for a million. `commandTimeout` limits each step, not the whole; use
   * `signal` to stop it. In a cluster, slots that move meanwhile are scanned again. If it fails, call it again. The embedded store
   * has no indexes, and resolves at once.
   *
   * @returns the keys that were found, and the entries that were indexed
   * @throws RedisStateError `ERR_UNSUPPORTED` without `index: true`; `ERR_WRONG_TYPE` if another program uses the key of an
   *   index; `ERR_ABORTED`; `ERR_COMMAND_TIMEOUT` if a step takes too long
   *
   * @example
   * await state.reindex({ onProgress: ({ scanned }) => console.log(scanned) }) // { scanned: 340, indexed: 340 }
   */
  reindex(options?: ReindexOptions): Promise<ReindexProgress>

  /**
   * Compares the indexes with the entries, and changes nothing. It scans all keys of the database twice. `commandTimeout` limits each step,
   * not the whole.
   *
   * @returns the counts. `missing: 0` means that listings are complete
   * @throws RedisStateError `ERR_UNSUPPORTED` without `index: true`; `ERR_ABORTED`; `ERR_COMMAND_TIMEOUT` if a step takes too
   *   long
   *
   * @example
   * const { missing } = await state.checkIndex()
   * if (missing > 0) await state.reindex()
   */
  checkIndex(options?: ReadOptions): Promise<IndexCheck>
}
