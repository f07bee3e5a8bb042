import type { RedisStateAdapter } from './adapter.js'
import type { BulkSetOptions, DeleteManyEntry, DeleteManyOptions, SetManyEntry } from './bulk.js'
import type { CachedReadOptions, ReadOptions, WriteOptions } from './call-options.js'
import type { TimeToLive } from './duration.js'
import type { DeleteOptions, EntryMetadata, SetOptions } from './entry.js'
import type { GroupOptions, StateGroup } from './group.js'
import type { ScanOptions, StateFilter, StateItem } from './listing.js'
import type { GetOrSetOptions, LoadContext } from './load.js'
import type { StateLock } from './lock.js'
import type { StateQuery } from './query.js'
import type { StateStore } from './store.js'
import type { IncrementOptions, TimedSum, UpdateOperation, UpdateOptions, UpdateResult } from './update.js'
import type { EntryChange, StateWatch, WatchOptions } from './watch.js'

/**
 * A store whose trace ids, keys and values are typed by `States`, as the method `typed` returns it. `States` maps each
 * trace id to an object type, which maps each key to the type of its value.
 *
 * Methods have the names and parameters of {@link StateStore}. Trace ids and keys of locks and rate limits are not
 * typed: they can be any strings.
 *
 * @example
 * interface States {
 *   orders: Record<string, { total: number }> // any key
 *   settings: { theme: string; limits?: number[] } // these keys
 *   [user: `user:${string}`]: { visits: number } // every trace id that starts with `user:`
 * }
 * const typed: TypedState<States> = state.typed<States>()
 */
export type TypedState<States extends object, Store extends StateStore = RedisStateAdapter> = {
  // A mapped type over the store, so that editors show the documentation of its methods.
  [Name in keyof Store]: Name extends keyof TypedMethods<States> ? TypedMethods<States>[Name] : Store[Name]
}

/** The type of a value. Optional keys add `undefined` to it, which no entry has: a missing entry is read as `null`. */
type ValueOf<Entries, Key extends keyof Entries = keyof Entries> = Exclude<Entries[Key], undefined>

/** The entries of the trace ids `Id`, as listings return them. */
export type TypedItem<States extends object, Id extends keyof States & string = keyof States & string> = {
  [I in Id]: { [Key in keyof States[I] & string]: StateItem<ValueOf<States[I], Key>, I, Key> }[keyof States[I] & string]
}[Id]

/** The changes of entries with a trace id `Id` and a key `Key`, as a watch returns them. */
export type TypedChange<
  States extends object,
  Id extends keyof States & string = keyof States & string,
  Key = string,
> = {
  [I in Id]: ChangeOf<
    States[I],
    I,
    keyof States[I] & string extends Key ? keyof States[I] & string : keyof States[I] & string & Key
  >
}[Id]

type ChangeOf<Entries, Id extends string, Key extends keyof Entries & string> = {
  [K in Key]: EntryChange<ValueOf<Entries, K>, Id, K>
}[Key]

type SetConditions = Pick<SetOptions, 'ttl' | 'ifAbsent' | 'ifMatch'>

/** One operation of a transaction on the entries of a trace id. */
export type TypedTransactionOperation<Entries> =
  | {
      [Key in keyof Entries & string]: { op: 'set'; key: Key; value: ValueOf<Entries, Key> } & SetConditions
    }[keyof Entries & string]
  | { op: 'delete'; key: keyof Entries & string; ifMatch?: string }
  | { op: 'check'; key: keyof Entries & string; ifAbsent?: boolean | undefined; ifMatch?: string }
  | { op: 'holds'; lock: StateLock }

/** Collects the operations of a transaction on the entries of a trace id, see `StateTransaction`. */
export interface TypedTransaction<Entries> {
  set<Key extends keyof Entries & string>(key: Key, value: ValueOf<Entries, Key>, options?: SetConditions): this
  delete(key: keyof Entries & string, options?: { ifMatch?: string }): this
  check(key: keyof Entries & string, condition: { ifAbsent?: boolean | undefined; ifMatch?: string }): this
  holds(lock: StateLock): this
}

// `keyof States & string` is repeated on purpose: with a type alias, errors of the compiler would show the alias in place
// of the trace ids and keys.
/** The methods of an adapter whose types depend on trace ids, keys or values. */
interface TypedMethods<States extends object> {
  get<Id extends keyof States & string, Key extends keyof States[Id] & string>(
    traceId: Id,
    key: Key,
    options?: CachedReadOptions,
  ): Promise<ValueOf<States[Id], Key> | null>

  set<Id extends keyof States & string, Key extends keyof States[Id] & string>(
    traceId: Id,
    key: Key,
    value: ValueOf<States[Id], Key>,
    options?: SetOptions,
  ): Promise<ValueOf<States[Id], Key>>

  delete<Id extends keyof States & string>(
    traceId: Id,
    key: keyof States[Id] & string,
    options: DeleteOptions & { existence: true },
  ): Promise<boolean>
  delete<Id extends keyof States & string, Key extends keyof States[Id] & string>(
    traceId: Id,
    key: Key,
    options?: DeleteOptions & { existence?: false | undefined },
  ): Promise<ValueOf<States[Id], Key> | null>

  getOrSet<Id extends keyof States & string, Key extends keyof States[Id] & string>(
    traceId: Id,
    key: Key,
    load: (context: LoadContext) => ValueOf<States[Id], Key> | PromiseLike<ValueOf<States[Id], Key>>,
    options?: GetOrSetOptions,
  ): Promise<ValueOf<States[Id], Key>>

  has<Id extends keyof States & string>(
    traceId: Id,
    key: keyof States[Id] & string,
    options?: CachedReadOptions,
  ): Promise<boolean>

  getWithMetadata<Id extends keyof States & string, Key extends keyof States[Id] & string>(
    traceId: Id,
    key: Key,
    options?: ReadOptions,
  ): Promise<EntryMetadata<ValueOf<States[Id], Key>> | null>

  ttl<Id extends keyof States & string>(
    traceId: Id,
    key: keyof States[Id] & string,
    options?: ReadOptions,
  ): Promise<number | null>

  touch<Id extends keyof States & string>(
    traceId: Id,
    key: keyof States[Id] & string,
    ttl: TimeToLive,
    options?: WriteOptions,
  ): Promise<boolean>

  persist<Id extends keyof States & string>(
    traceId: Id,
    key: keyof States[Id] & string,
    options?: WriteOptions,
  ): Promise<boolean>

  getMany<Id extends keyof States & string, Key extends keyof States[Id] & string>(
    traceId: Id,
    keys: readonly Key[],
    options?: CachedReadOptions,
  ): Promise<(ValueOf<States[Id], Key> | null)[]>

  getManyWithMetadata<Id extends keyof States & string, Key extends keyof States[Id] & string>(
    traceId: Id,
    keys: readonly Key[],
    options?: ReadOptions,
  ): Promise<(EntryMetadata<ValueOf<States[Id], Key>> | null)[]>

  hasMany<Id extends keyof States & string>(
    traceId: Id,
    keys: readonly (keyof States[Id] & string)[],
    options?: CachedReadOptions,
  ): Promise<boolean[]>

  setMany<Id extends keyof States & string>(
    traceId: Id,
    entries:
      | { readonly [Key in keyof States[Id]]?: ValueOf<States[Id], Key> }
      | readonly { [Key in keyof States[Id] & string]: SetManyEntry<ValueOf<States[Id], Key>, Key> }[keyof States[Id] &
          string][],
    options?: BulkSetOptions,
  ): Promise<void>

  deleteMany<Id extends keyof States & string>(
    traceId: Id,
    keys: readonly ((keyof States[Id] & string) | DeleteManyEntry<keyof States[Id] & string>)[],
    options: DeleteManyOptions & { existence: true },
  ): Promise<boolean[]>
  deleteMany<Id extends keyof States & string>(
    traceId: Id,
    keys: readonly ((keyof States[Id] & string) | DeleteManyEntry<keyof States[Id] & string>)[],
    options?: DeleteManyOptions & { existence?: false | undefined },
  ): Promise<number>

  increment<Id extends keyof States & string>(
    traceId: Id,
    key: keyof States[Id] & string,
    by: number | undefined,
    options: IncrementOptions & { withTtl: true },
  ): Promise<TimedSum>
  increment<Id extends keyof States & string>(
    traceId: Id,
    key: keyof States[Id] & string,
    by?: number,
    options?: IncrementOptions & { withTtl?: false | undefined },
  ): Promise<number>

  update<Id extends keyof States & string, Key extends keyof States[Id] & string>(
    traceId: Id,
    key: Key,
    operations: readonly UpdateOperation[],
    options?: UpdateOptions,
  ): Promise<UpdateResult<ValueOf<States[Id], Key>>>

  transaction<Id extends keyof States & string>(
    traceId: Id,
    work: readonly TypedTransactionOperation<States[Id]>[] | ((tx: TypedTransaction<States[Id]>) => unknown),
    options?: WriteOptions,
  ): Promise<void>

  group<Id extends keyof States & string, T extends ValueOf<States[Id]>, Input = T>(
    traceId: Id,
    options: GroupOptions<T, Input>,
  ): StateGroup<T, Input>

  getGroup<Id extends keyof States & string>(traceId: Id, options?: ReadOptions): Promise<ValueOf<States[Id]>[]>

  getByPrefix<Id extends keyof States & string>(
    traceId: Id,
    keyPrefix: string,
    options?: ReadOptions,
  ): Promise<TypedItem<States, Id>[]>

  keys<Id extends keyof States & string>(traceId: Id, options?: ReadOptions): Promise<(keyof States[Id] & string)[]>
  count(traceId: keyof States & string, keyPrefix?: string, options?: ReadOptions): Promise<number>
  count(): Promise<number>
  count(options: ReadOptions): Promise<number>
  traceIds(options?: ReadOptions): Promise<(keyof States & string)[]>

  items<Id extends keyof States & string = keyof States & string>(
    input?: { groupId?: Id | undefined; filter?: readonly StateFilter[] | undefined },
    options?: ReadOptions,
  ): Promise<TypedItem<States, Id>[]>

  query<Id extends keyof States & string = keyof States & string>(
    input?: Omit<StateQuery, 'groupId'> & { groupId?: Id | undefined },
    options?: ReadOptions,
  ): Promise<{ items: TypedItem<States, Id>[]; token?: string }>

  scan<Id extends keyof States & string>(traceId: Id, options?: ScanOptions): AsyncIterable<TypedItem<States, Id>>
  clear(traceId: keyof States & string, keyPrefix?: string, options?: ReadOptions): Promise<void>

  watch<
    Id extends keyof States & string = keyof States & string,
    Key extends keyof States[Id] & string = keyof States[Id] & string,
  >(
    traceId?: Id,
    key?: Key,
    options?: WatchOptions,
  ): StateWatch<unknown, TypedChange<States, Id, keyof States[Id] & string extends Key ? string : Key>>
}
