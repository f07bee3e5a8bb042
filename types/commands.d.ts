/** An element of a command. A number is sent as `String(number)`; `NaN`, infinities and lone surrogates are rejected. */
export type CommandArgument = string | number | bigint | Uint8Array

/**
 * A reply of the server in the shape of RESP2: maps are flat arrays of names and values, sets are arrays, doubles are strings,
 * booleans are 1 and 0. An integer beyond 2^53 - 1 is a bigint.
 */
export type CommandReply = string | number | bigint | null | CommandReply[]

/** A reply with `encoding: 'bytes'`: each string is a `Buffer` that shares no memory. Status replies, such as `OK`, are strings. */
export type CommandBytesReply = Buffer | string | number | bigint | null | CommandBytesReply[]

/** Options of `command` and `commands`. */
export interface CommandOptions {
  /**
   * Selects the node of a cluster: the one that serves this key. Required in a cluster for commands without a key, and for commands
   * whose first argument is not a key, such as those of some modules. Default: the first key among the arguments.
   */
  key?: CommandArgument | undefined
  /**
   * Type of the strings in a reply. `'text'`: strings; rejects with `ERR_REPLY` if one is not UTF-8. `'bytes'`: `Buffer`s. Default:
   * `'text'`.
   */
  encoding?: 'text' | 'bytes' | undefined
  /**
   * `'read'` declares that the command only reads: it is sent again after a lost connection, and in a cluster follows `readFrom`.
   * Default: the command is executed at most once.
   */
  retry?: 'read' | undefined
  /**
   * Rejects the call with `ERR_ABORTED` when it is aborted. A command that was already sent is still executed. Default: none.
   */
  signal?: AbortSignal | undefined
}

/** Options of `script`. */
export interface ScriptOptions extends CommandOptions {
  /** The keys of the script, `KEYS`. In a cluster, all must be in one slot. Default: none. */
  keys?: readonly CommandArgument[] | undefined
  /** Its arguments, `ARGV`. Default: none. */
  args?: readonly CommandArgument[] | undefined
}

/** Methods that send Redis commands unchanged; see docs/commands.md. */
export interface CommandMethods {
  /**
   * Sends a Redis command, for what the package has no method for. Keys are sent as you write them: neither `keyPrefix` nor a trace
   * id is added.
   *
   * It is sent with the other calls of the tick, in call order, on the same connection, and executed at most once.
   * `commandTimeout`, `maxPendingCommands` and `maxPendingBytes` apply; the options `ttl`, `waitReplicas` and `index` do not.
   * Commands that change or block the connection, such as SUBSCRIBE, MULTI, SELECT or BLPOP, are rejected. The embedded store runs
   * commands for keys, strings, hashes, lists, sets and sorted sets.
   *
   * @param args the name of the command, then its arguments; at most 1,048,576 elements
   * @returns the reply
   * @throws RedisStateError `ERR_INVALID_ARGUMENT` for invalid arguments, for a command that is not allowed, and in a cluster for a
   *   command without a key; `ERR_REPLY`, `ERR_WRONG_TYPE` or `ERR_UNSUPPORTED` (unknown command) if the server refuses it
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
   * and they take one round trip. In a cluster, all keys must be in one slot.
   *
   * If the server does not accept one of them, none is executed. If one fails during execution, the others are still executed, and
   * the call rejects with `applied: 'yes'`; the message names the command that failed.
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
   * Runs a Lua script on the server. It is sent by its digest once the server has it, and by its source before that and after
   * `SCRIPT FLUSH`, a restart or a failover. Write scripts as constants: the first 1,024 different ones of a process, up to 8 MiB in
   * total, are sent by digest, later ones by their source. The embedded store has no scripts.
   *
   * @param lua the source
   * @returns what the script returns
   * @throws RedisStateError as `command`. A script that fails may already have written: `applied` is `unknown`
   *
   * @example
   * await state.script("return redis.call('INCRBY', KEYS[1], ARGV[1])", { keys: ['hits'], args: [5] }) // 5
   */
  script(lua: string, options: ScriptOptions & { encoding: 'bytes' }): Promise<CommandBytesReply>
  script(lua: string, options?: ScriptOptions): Promise<CommandReply>
}
