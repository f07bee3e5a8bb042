// @ts-check
'use strict'

const { run } = require('./run.js')

/** Runs the command line of this process, and sets its exit code. */
async function main() {
  const { stdout, stderr, env } = process
  /** @type {typeof process.stdin | undefined} */
  let opened
  const io = {
    ...{ stdout, stderr, env },
    // Opened by the commands that read it only.
    get stdin() {
      opened = process.stdin
      return opened
    },
  }
  const interrupted = new AbortController()
  // A second Ctrl-C ends the process at once.
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => interrupted.abort())
  process.exitCode = await run(process.argv.slice(2), Object.assign(io, { signal: interrupted.signal }))
  // What a command did not read keeps the process alive otherwise.
  opened?.destroy()
}

module.exports = { main }
