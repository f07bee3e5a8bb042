// @ts-check
// Values of every kind, most of which are invalid for any given argument or option.

/** A proxy that throws on any access. */
export const throwingProxy = new Proxy(
  {},
  Object.fromEntries(
    ['get', 'has', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf'].map((trap) => [
      trap,
      () => {
        throw new Error(`the trap ${trap}`)
      },
    ]),
  ),
)

/** An array with one hole. */
export const holed = Array(1)

/** @type {[kind: string, value: unknown][]} */
export const KINDS = [
  ['null', null],
  ['true', true],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-1', -1],
  ['0.5', 0.5],
  ['5n', 5n],
  ["'5'", '5'],
  ["''", ''],
  ['a lone surrogate', '\ud800'],
  ['a symbol', Symbol('s')],
  ['a function', () => 5],
  ['[]', []],
  ['a list with a hole', holed],
  ['{}', {}],
  ['a Date', new Date(5)],
  ['a Map', new Map([['a', 1]])],
  ['a Set', new Set(['a'])],
  ['a promise', Promise.resolve(5)],
  ['an iterator', ['a'].values()],
  ['a boxed number', Object(5)],
  ['a boxed text', Object('5')],
  ['an instance of a class', new (class Some {})()],
  ['a proxy whose traps throw', throwingProxy],
]
