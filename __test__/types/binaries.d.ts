// The packages with the binaries, which are not installed here: the tests run on the file that was built.

declare module 'redis-state-adapter-*' {
  const native: typeof import('../../native.js')
  export = native
}
