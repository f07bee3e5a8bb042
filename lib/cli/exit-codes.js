// @ts-check
'use strict'

/** What the process exits with; docs/cli.md lists them. The last two are those that a shell gives after SIGINT and SIGPIPE. */
const EXIT = Object.freeze({ ok: 0, failed: 1, usage: 2, notFound: 3, interrupted: 130, brokenPipe: 141 })

module.exports = { EXIT }
