// @ts-check
// The requests to the inspector's server. Names are sent as query parameters or as JSON, so that any text works.

/** @import * as Types from './types.mjs' */

const WRITE_HEADERS = { 'content-type': 'application/json', 'x-redis-state-inspector': '1' }
/** A page that hangs is worse than one that reports an error. */
const MAX_WAIT = 60_000
/** Servers accept addresses of 8 kB and more. Longer names are sent in a body. */
const MAX_ADDRESS = 4000

/** An error that the server reported, or that there was no server. */
export class ApiError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {number} status 0 if there was no reply
   */
  constructor(code, message, status) {
    super(message)
    this.code = code
    this.status = status
  }

  get isUnreachable() {
    return this.status === 0
  }
}

export class Api {
  #onReply

  /** @param {(error: ApiError | undefined) => void} onReply called after each request; with the error if there was no reply */
  constructor(onReply) {
    this.#onReply = onReply
  }

  /** @returns {Promise<Types.Info>} */
  info() {
    return this.#get('info', {})
  }

  /** @returns {Promise<{ stores: Types.Health[] }>} */
  health() {
    return this.#get('health', {})
  }

  /** @param {string} store @param {AbortSignal} [signal] @returns {Promise<{ time: number, stats: Types.Stats }>} */
  stats(store, signal) {
    return this.#get('stats', { store }, signal)
  }

  /** @param {Types.GroupsQuery} query @param {AbortSignal} signal @returns {Promise<Types.GroupsPage>} */
  groups(query, signal) {
    return this.#get('groups', query, signal)
  }

  /** @param {Types.EntriesQuery} query @param {AbortSignal} signal @returns {Promise<Types.EntriesPage>} */
  entries(query, signal) {
    return this.#get('entries', query, signal)
  }

  /** @param {Types.EntryName} name @param {AbortSignal} [signal] @returns {Promise<Types.Entry>} */
  entry(name, signal) {
    return this.#get('entry', name, signal)
  }

  /** @param {Types.Query} query @param {AbortSignal} signal @returns {Promise<Types.QueryPage>} */
  query(query, signal) {
    return this.#send('POST', 'query', query, signal)
  }

  /**
   * The value is sent as its text, so that the server refuses numbers that JavaScript would round.
   *
   * @param {Types.Write} write
   * @returns {Promise<{ etag: string, ttl: number }>}
   */
  setEntry({ json, ...write }) {
    return this.#sendText('PUT', 'entry', `${JSON.stringify(write).slice(0, -1)},"value":${json}}`)
  }

  /** @param {Types.EntryName & { ifMatch?: string }} name @returns {Promise<{ removed: boolean }>} */
  deleteEntry(name) {
    return this.#send('DELETE', 'entry', name)
  }

  /** @param {Types.EntryName & { ttl: number | null }} name @returns {Promise<{ ttl: number }>} */
  setTtl(name) {
    return this.#send('PUT', 'ttl', name)
  }

  /** @param {Record<string, string>} parameters @returns {EventSource | undefined} undefined if a name is too long for an address */
  watch(parameters) {
    const url = address('watch', parameters)
    return url.length > MAX_ADDRESS ? undefined : new EventSource(url)
  }

  /** @param {string} path @param {object} parameters @param {AbortSignal} [signal] */
  #get(path, parameters, signal) {
    const url = address(path, parameters)
    if (url.length > MAX_ADDRESS) return this.#send('POST', path, textsOf(parameters), signal)
    return this.#request(url, { headers: { accept: 'application/json' } }, signal)
  }

  /** @param {string} method @param {string} path @param {object} body @param {AbortSignal} [signal] */
  #send(method, path, body, signal) {
    return this.#sendText(method, path, JSON.stringify(body), signal)
  }

  /** @param {string} method @param {string} path @param {string} body @param {AbortSignal} [signal] */
  #sendText(method, path, body, signal) {
    return this.#request(`api/${path}`, { method, headers: WRITE_HEADERS, body }, signal)
  }

  /** @param {string} url @param {RequestInit} options @param {AbortSignal} [signal] @returns {Promise<any>} */
  async #request(url, options, signal) {
    const timeout = AbortSignal.timeout(MAX_WAIT)
    const both = signal ? AbortSignal.any([signal, timeout]) : timeout
    try {
      const response = await fetch(url, { cache: 'no-store', ...options, signal: both })
      const body = await response.json().catch(() => undefined)
      signal?.throwIfAborted()
      this.#onReply(undefined)
      if (response.ok && body !== undefined) return body
      throw failure(response.status, body)
    } catch (error) {
      if (error instanceof ApiError || signal?.aborted) throw error
      const unreachable = new ApiError('UNREACHABLE', "The inspector's server does not answer.", 0)
      this.#onReply(unreachable)
      throw unreachable
    }
  }
}

/** @param {string} path @param {object} parameters */
function address(path, parameters) {
  return `api/${path}?${new URLSearchParams(textsOf(parameters))}`
}

/** @param {object} parameters @returns {Record<string, string>} those that are given */
function textsOf(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given.map(([name, value]) => [name, `${value}`]))
}

/** @param {number} status @param {{ error?: { code?: string, message?: string } } | undefined} body */
function failure(status, body) {
  const { code = `HTTP ${status}`, message } = body?.error ?? {}
  if (message) return new ApiError(code, message, status)
  if (status === 401 || status === 403) {
    return new ApiError(code, 'Access is refused. Open the address that the inspector printed when it started.', status)
  }
  return new ApiError(code, `The inspector's server replied with status ${status}.`, status)
}

/** Whether a request was given up because its result is not wanted any more. @param {unknown} error */
export function isAborted(error) {
  return error instanceof DOMException && error.name === 'AbortError'
}

/** @param {unknown} error @returns {string} */
export function messageOf(error) {
  if (error instanceof ApiError && !error.isUnreachable) return `${error.message} (${error.code})`
  return error instanceof Error ? error.message : `${error}`
}
