/**
 * A format of values other than JSON. Both functions are synchronous.
 *
 * @example
 * const state = new RedisStateAdapter({
 *   codec: { encode: (value: unknown) => `v1 ${JSON.stringify(value)}`, decode: (text: string) => JSON.parse(text.slice(3)) },
 * })
 * await state.set('order-1', 'status', 'paid') // stored as: v1 "paid"
 */
export type Codec = TextCodec | BytesCodec

/** A codec whose values are stored as text. */
export interface TextCodec {
  /**
   * Returns the text to store, without lone surrogates. If it throws or returns anything else, the call rejects with
   * `ERR_INVALID_ARGUMENT`, the error as its `cause`, and nothing is sent.
   */
  encode: (value: unknown) => string
  /**
   * Returns the value of a stored text. If it throws, the call rejects with `ERR_CORRUPT_VALUE` and the error as its
   * `cause`.
   */
  decode: (stored: string) => unknown
  /** `'text'`: values are stored as UTF-8. Default: `'text'`. */
  encoding?: 'text' | undefined
}

/** A codec whose values are stored as bytes. */
export interface BytesCodec {
  /**
   * Returns the bytes to store; the adapter copies them at once. If it throws or returns anything else, the call rejects
   * with `ERR_INVALID_ARGUMENT`, the error as its `cause`, and nothing is sent.
   */
  encode: (value: unknown) => Uint8Array
  /**
   * Returns the value of stored bytes. If it throws, the call rejects with `ERR_CORRUPT_VALUE` and the error as its
   * `cause`.
   */
  decode: (stored: Uint8Array) => unknown
  /** `'bytes'`: what `encode` returns is a `Uint8Array`, such as a `Buffer`. */
  encoding: 'bytes'
}
