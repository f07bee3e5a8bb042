/** A part of a command. A number is sent as JavaScript writes it; NaN and infinities are refused. */
export type CommandArgument = string | number | bigint | Uint8Array

/**
 * A reply of the server in the shape of RESP2: maps are flat arrays of names and values, sets are arrays, doubles are strings,
 * booleans 1 and 0. An integer beyond 2^53 - 1 is a bigint.
 */
export type CommandReply = string | number | bigint | null | CommandReply[]

/** The same with `encoding: 'bytes'`: each string is a `Buffer` with memory of its own. Status replies, such as `OK`, are strings. */
export type CommandBytesReply = Buffer | string | number | bigint | null | CommandBytesReply[]

/** Options of `command` and `commands`. */
export interface CommandOptions {
  /**
   * The key that says which node of a cluster gets the command. Needed in a cluster for commands without a key, and where the key is
   * not at its usual place, as with commands of modules. Default: the first key among the arguments.
   */
  key?: CommandArgument | undefined
  /**
   * What strings of the reply become: `'text'`, which rejects with `ERR_REPLY` if one is not UTF-8, or `'bytes'`. Default:
   * `'text'`.
   */
  encoding?: 'text' | 'bytes' | undefined
  /**
   * `'read'`: the command only reads, so that it is sent again after a lost connection, and in a cluster follows `readFrom`.
   * Default: it is executed at most once.
   */
  retry?: 'read' | undefined
  /**
   * Rejects the call with `ERR_ABORTED` once it is aborted. A command that was sent is executed all the same. Default: none.
   */
  signal?: AbortSignal | undefined
}

/** Options of `script`. */
export interface ScriptOptions extends CommandOptions {
  /** The keys of the script, `KEYS`. In a cluster all are in one slot. Default: none. */
  keys?: readonly CommandArgument[] | undefined
  /** Its arguments, `ARGV`. Default: none. */
  args?: readonly CommandArgument[] | undefined
}

/** Server commands as they are; see docs/commands.md. */
export interface CommandMethods {
  /**
   * Sends a command of the server, for what the package has no method for. Keys are those of the server: neither `keyPrefix` nor a
   * trace id is added.
   *
   * It is sent with the other calls of the tick, in their order, on the same connection, and executed at most once. The limits
   * `maxPendingCommands` and `maxPendingBytes`, and `commandTimeout`, hold. The options `ttl`, `waitReplicas` and `index` do not
   * apply. Commands that change or block the connection, such as SUBSCRIBE, MULTI, SELECT or BLPOP, are refused. The embedded store
   * runs commands for strings, hashes, lists, sets and sorted sets.
   *
   * @param args the name of the command, then its arguments
   * @returns the reply
   * @throws RedisStateError `ERR_INVALID_ARGUMENT` for arguments that cannot be sent, for a command that is refused, and in a
   *   cluster without a key; `ERR_REPLY`, `ERR_WRONG_TYPE` or `ERR_UNSUPPORTED` (an unknown command) with the server's refusal
   *
   * @example
   * await state.command(['HSET', 'user:1', 'name', 'Ada', 'visits', 1]) // 2
   * await state.command(['HGETALL', 'user:1']) // ['name', 'Ada', 'visits', '1']
   * await state.command(['GET', 'image:1'], { encoding: 'bytes', retry: 'read' }) // <Buffer ff d8 …> or null
   */
  command(args: readonly CommandArgument[], options: CommandOptions & { encoding: 'bytes' }): Promise<CommandBytesReply>
  command(args: readonly CommandArgument[], options?: CommandOptions): Promise<CommandReply>

  /**
   * Sends up to 1,000 commands as one transaction of the server (`MULTI` to `EXEC`): no other client's command runs between them,
   * and they take one round trip. In a cluster all keys are in one slot.
   *
   * If the server does not accept one of them, none is executed. If one fails when it is executed, the others are executed all the
   * same, and the call rejects with `applied: 'yes'`; the message says which one failed.
   *
   * @param list the commands, each as for `command`
   * @returns their replies
   * @throws RedisStateError as `command`
   *
   * @example
   * await state.commands([['SET', 'hits', 0, 'PX', 60_000, 'NX'], ['INCR', 'hits'], ['PTTL', 'hits']]) // ['OK', 1, 60000]
   */
  commands(
    list: readonly (readonly CommandArgument[])[],
    options: CommandOptions & { encoding: 'bytes' },
  ): Promise<CommandBytesReply[]>
  commands(list: readonly (readonly CommandArgument[])[], options?: CommandOptions): Promise<CommandReply[]>

  /**
   * Runs a Lua script on the server. It is sent by its digest once the server has it, also after `SCRIPT FLUSH`, a restart or a
   * failover. Write scripts as constants: the first 1,024 different ones of a process, up to 8 MiB, are sent by digest, later ones with their source.
   * The embedded store has no scripts.
   *
   * @param lua the source
   * @returns what the script returns
   * @throws RedisStateError as `command`. A script that fails may have written before: `applied` is `unknown`
   *
   * @example
   * await state.script("return redis.call('INCRBY', KEYS[1], ARGV[1])", { keys: ['hits'], args: [5] }) // 5
   */
  script(lua: string, options: ScriptOptions & { encoding: 'bytes' }): Promise<CommandBytesReply>
  script(lua: string, options?: ScriptOptions): Promise<CommandReply>
}
