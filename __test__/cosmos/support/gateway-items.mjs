// @ts-check
// The items of the scripted gateway, with the rules of the service: etags, expiry, limits, atomic batches.

/**
 * @typedef {Record<string, any>} Item
 * @typedef {{ status: number, body?: any, headers?: Record<string, string> }} Answer
 *
 * @typedef {object} Write a request on an item, also as a part of a batch
 * @property {string} kind
 * @property {string} partition
 * @property {string} [id]
 * @property {any} [body]
 * @property {string} [ifMatch]
 */

const MAX_BYTES = 2 * 1024 * 1024
const MAX_OPERATIONS = 100
const MAX_TTL = 2_147_483_647

export class GatewayItems {
  /** @type {Map<string, Item>} */
  #items = new Map()
  #writes = 0
  #clock
  #defaultTtl

  /** @param {{ clock: () => number, defaultTtl?: number }} options `clock` in milliseconds */
  constructor({ clock, defaultTtl }) {
    this.#clock = clock
    this.#defaultTtl = defaultTtl
  }

  /** Number of writes that took effect. */
  get writes() {
    return this.#writes
  }

  /** All that have not expired. @param {string} [partition] */
  all(partition) {
    const items = [...this.#items.values()].filter((item) => !this.#isExpired(item))
    return partition === undefined ? items : items.filter(({ partitionKey }) => partitionKey === partition)
  }

  /** @param {string} partition @param {string} id @returns {Item | undefined} */
  find(partition, id) {
    const item = this.#items.get(nameOf(partition, id))
    return item && !this.#isExpired(item) ? item : undefined
  }

  /** Stores an item, as another program would. @param {Item} item */
  put(item) {
    this.#writes += 1
    const stored = { ...item, _etag: `"${this.#writes}"`, _ts: Math.floor(this.#clock() / 1000) }
    this.#items.set(nameOf(item.partitionKey, item.id), stored)
    return stored
  }

  /** Removes an item, as another program would. @param {string} partition @param {string} id */
  remove(partition, id) {
    this.#items.delete(nameOf(partition, id))
  }

  /** @param {Write} write @returns {Answer} */
  run(write) {
    const { kind, partition, body } = write
    const id = write.id ?? body?.id
    const found = this.find(partition, id)
    const refused = refusal(write, found)
    if (refused !== undefined) return { status: refused }
    switch (kind) {
      case 'read':
        return this.#answer(200, /** @type {Item} */ (found))
      case 'delete':
        this.#writes += 1
        this.#items.delete(nameOf(partition, id))
        return { status: 204 }
      case 'patch':
        return this.#answer(200, this.put(patched(/** @type {Item} */ (found), body)))
      default:
        return this.#answer(found === undefined ? 201 : 200, this.put(body))
    }
  }

  /**
   * Runs all or nothing.
   *
   * @param {string} partition
   * @param {any[]} operations
   * @returns {Answer}
   */
  batch(partition, operations) {
    if (JSON.stringify(operations).length > MAX_BYTES) return { status: 413 }
    if (operations.length > MAX_OPERATIONS) return { status: 400 }
    const [before, writes] = [new Map(this.#items), this.#writes]
    const answers = operations.map((operation) => this.run({ ...writeOf(operation), partition }))
    const failed = answers.findIndex(({ status }) => status >= 400)
    if (failed < 0) return { status: 200, body: answers.map(resultOf) }
    ;[this.#items, this.#writes] = [before, writes]
    return {
      status: 207,
      body: answers.map(({ status }, index) => ({ statusCode: index === failed ? status : 424, requestCharge: 1 })),
    }
  }

  /** @param {number} status @param {Item} item @returns {Answer} */
  #answer(status, item) {
    return { status, body: item, headers: { etag: item._etag } }
  }

  /** @param {Item} item */
  #isExpired({ ttl, _ts }) {
    if (this.#defaultTtl === undefined) return false
    const seconds = ttl ?? this.#defaultTtl
    return seconds > 0 && _ts + seconds <= Math.floor(this.#clock() / 1000)
  }
}

/** @param {string} partition @param {string} id */
function nameOf(partition, id) {
  return JSON.stringify([partition, id])
}

/**
 * The status that the service refuses a request with.
 *
 * @param {Write} write
 * @param {Item | undefined} found
 */
function refusal({ kind, partition, body, ifMatch }, found) {
  const isWhole = ['create', 'upsert', 'replace'].includes(kind)
  if (isWhole && JSON.stringify(body).length > MAX_BYTES) return 413
  if (isWhole && !isValid(body, partition)) return 400
  if (kind === 'create' && found !== undefined) return 409
  if (!['create', 'upsert'].includes(kind) && found === undefined) return 404
  // An upsert of what is missing inserts, whatever it was to match.
  if (ifMatch !== undefined && found !== undefined && ifMatch !== found._etag) return 412
}

/** @param {any} body @param {string} partition */
function isValid({ id, partitionKey, ttl = -1 }, partition) {
  const isTtl = Number.isInteger(ttl) && (ttl === -1 || ttl >= 1) && ttl <= MAX_TTL
  return typeof id === 'string' && id !== '' && !/[/\\?#]/.test(id) && partitionKey === partition && isTtl
}

/** @param {Item} item @param {{ operations: { op: string, path: string, value: any }[] }} patch */
function patched(item, { operations }) {
  const result = { ...item }
  for (const { op, path, value } of operations) {
    const name = path.slice(1)
    if (op === 'incr') result[name] = (result[name] ?? 0) + value
    else if (op === 'remove') delete result[name]
    else result[name] = value
  }
  return result
}

/** @param {any} operation of a batch */
function writeOf({ operationType, id, resourceBody, ifMatch }) {
  return { kind: operationType.toLowerCase(), id, body: resourceBody, ifMatch }
}

/** @param {Answer} answer */
function resultOf({ status, body }) {
  return { statusCode: status, requestCharge: 1, ...(body && { eTag: body._etag, resourceBody: body }) }
}
