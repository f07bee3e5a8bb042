/**
 * Stores values in a format other than JSON. Both functions are synchronous. See docs/codecs.md.
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
   * `ERR_INVALID_ARGUMENT`, whose `cause` is the thrown error, and nothing is sent.
   */
  encode: (value: unknown) => string
  /**
   * Returns the value that a stored text represents. If it throws, the call rejects with `ERR_CORRUPT_VALUE` and the error as its
   * `cause`.
   */
  decode: (stored: string) => unknown
  /** `'text'`: strings are stored as UTF-8. Default: `'text'`. */
  encoding?: 'text' | undefined
}

/** A codec whose values are stored as bytes. */
export interface BytesCodec {
  /**
   * Returns the bytes to store; the adapter copies them at once. If it throws or returns anything else, the call rejects
   * with `ERR_INVALID_ARGUMENT`, whose `cause` is the thrown error, and nothing is sent.
   */
  encode: (value: unknown) => Uint8Array
  /**
   * Returns the value that stored bytes, a `Buffer`, represent. If it throws, the call rejects with `ERR_CORRUPT_VALUE` and
   * the error as its `cause`.
   */
  decode: (stored: Uint8Array) => unknown
  /** `'bytes'`: `encode` returns a `Uint8Array`, such as a `Buffer`, which is stored unchanged. */
  encoding: 'bytes'
}
