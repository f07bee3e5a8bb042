// @ts-check
// Records the calls of a client in a file. The begin of a call is written before the call is made, so that it is known
// even if the client is killed.

import { closeSync, openSync, writeSync } from 'node:fs'

/**
 * @typedef {object} Begin
 * @property {number} id of the call
 * @property {string} entry
 * @property {string} name of the operation
 * @property {number} begin in milliseconds, see `now`
 * @property {string} [value] JSON text
 * @property {string} [expected] JSON text
 *
 * @typedef {object} End
 * @property {number} id
 * @property {number} end
 * @property {'done' | 'no' | 'unknown'} outcome
 * @property {string | null} [result] JSON text
 * @property {boolean} [isConflict]
 * @property {number} [fence]
 * @property {number} [ttl] of a lock, in milliseconds
 * @property {string} [code] of the error
 */

/** Milliseconds of a monotonic clock that all processes of the machine share. */
export function now() {
  return Number(process.hrtime.bigint()) / 1e6
}

export class Recorder {
  #file
  #lastId = 0

  /** @param {string} path of a file that does not exist yet */
  constructor(path) {
    this.#file = openSync(path, 'ax')
  }

  /**
   * @param {Omit<Begin, 'id' | 'begin'>} call
   * @returns {number} its id
   */
  begin(call) {
    const id = ++this.#lastId
    this.#write({ ...call, id, begin: now() })
    return id
  }

  /**
   * @param {number} id
   * @param {Omit<End, 'id' | 'end'>} outcome
   */
  end(id, outcome) {
    this.#write({ ...outcome, id, end: now() })
  }

  close() {
    closeSync(this.#file)
  }

  /** @param {object} line */
  #write(line) {
    writeSync(this.#file, `${JSON.stringify(line)}\n`)
  }
}
