// @ts-check
// A fake native store that settles batches in the order of a schedule, also synchronously within `submit`.

/**
 * @typedef {import('../../native.js').NativeStore} NativeStore
 * @typedef {(number: number, last: boolean, values: string, failures?: any[] | null) => void} Settle
 */

export const MODES = /** @type {const} */ (['later', 'during', 'throw', 'settle and throw', 'in shares'])

/** Stores values of one trace. Reads the records that src/napi/codec.rs reads, but without escapes. */
export class ScriptedNative {
  /** @type {Map<string, string>} */
  #values = new Map()
  /** @type {(() => void)[]} */
  #pending = []
  #next
  #hasShares

  /**
   * @param {() => typeof MODES[number]} next how to settle the next batch
   * @param {boolean} hasShares
   */
  constructor(next, hasShares) {
    this.#next = next
    this.#hasShares = hasShares
  }

  /** @type {Settle} */
  onSettled = () => {}

  get rules() {
    return {
      isCluster: this.#hasShares,
      maxPendingCommands: 100_000,
      maxPendingBytes: 64 * 1024 * 1024,
      server: {},
      scriptBytes: {},
    }
  }

  stats() {
    return { bytesSent: 0, bytesReceived: 0, reconnects: 0, waiting: 0 }
  }

  /** @param {number} number @param {number} count @param {string} text */
  submit(number, count, text) {
    const mode = this.#next()
    if (mode === 'throw') throw new Error('a panic')
    const values = this.#run(count, text).filter((value) => value !== undefined)
    const settle = () => this.onSettled(number, true, values.length > 0 ? `[${values}]` : '')
    if (mode === 'later' || mode === 'in shares') this.#pending.push(settle)
    else settle()
    if (mode === 'settle and throw') throw new Error('a panic')
    return new TextEncoder().encode(text).length
  }

  /** @param {number} number @param {number} count @param {string} text */
  submitInShares(number, count, text) {
    const mode = this.#next()
    if (mode === 'throw') throw new Error('a panic')
    const values = this.#run(count, text)
    const shares = count > 1 && mode === 'in shares' ? 2 : 1
    for (let share = 0; share < shares; share += 1) {
      const own = values.filter((value, index) => value !== undefined && index % shares === share)
      const settle = () => this.onSettled(number + share, true, own.length > 0 ? `[${own}]` : '')
      if (mode === 'during') settle()
      else this.#pending.push(settle)
    }
    const shareOf = values.map((_, index) => String.fromCharCode(index % shares)).join('')
    return { bytes: new TextEncoder().encode(text).length, shareOf: shares > 1 ? shareOf : '' }
  }

  forget() {}

  next() {}

  get isIdle() {
    return this.#pending.length === 0
  }

  /** Settles one pending batch. @param {number} chosen */
  settleOne(chosen) {
    const [settle] = this.#pending.splice(chosen % Math.max(1, this.#pending.length), 1)
    settle?.()
  }

  /** @param {number} count @param {string} text @returns the value for each `get`, `undefined` for each `set` */
  #run(count, text) {
    const records = text.split('\0').slice(0, -1)
    if (records.length !== count) throw new Error(`${count} calls in ${records.length} records`)
    return records.map((record) => {
      const [name, json] = record.slice(1).split('\x01')
      if (record[0] === 'S') return void this.#values.set(name, json)
      return this.#values.get(name) ?? 'null'
    })
  }
}
