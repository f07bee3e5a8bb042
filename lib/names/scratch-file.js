// @ts-check
'use strict'

const { mkdtemp, open, rm } = require('node:fs/promises')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

/**
 * A private file for what does not fit into memory. It has no name any more as soon as it is open, so that it disappears with the
 * process, even one that is killed; on Windows it is removed when it is closed.
 */
class ScratchFile {
  #file
  #folder
  #length = 0

  /** @param {import('node:fs/promises').FileHandle} file @param {string} folder */
  constructor(file, folder) {
    this.#file = file
    this.#folder = folder
  }

  static async open() {
    return explained(async () => {
      // The folder is of this user only.
      const folder = await mkdtemp(join(tmpdir(), 'redis-state-adapter-'))
      try {
        const file = new ScratchFile(await open(join(folder, 'names'), 'wx+', 0o600), folder)
        if (process.platform !== 'win32') await rm(folder, { recursive: true })
        return file
      } catch (error) {
        await rm(folder, { recursive: true, force: true })
        throw error
      }
    })
  }

  /** Adds bytes to the end. Returns their place. @param {Buffer} bytes */
  async append(bytes) {
    const start = this.#length
    await explained(async () => {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#length)
        done += bytesWritten
        this.#length += bytesWritten
      }
    })
    return start
  }

  /** @param {number} start @param {number} length */
  async read(start, length) {
    const bytes = Buffer.alloc(length)
    for (let done = 0; done < length; ) {
      const { bytesRead } = await this.#file.read(bytes, done, length - done, start + done)
      if (bytesRead === 0) throw new Error(`the temporary file in ${tmpdir()} was changed by another program.`)
      done += bytesRead
    }
    return bytes
  }

  async close() {
    await this.#file.close()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/**
 * Says in the message of a failure which disk is full, or which folder cannot be written.
 *
 * @template T
 * @param {() => Promise<T>} run
 */
async function explained(run) {
  try {
    return await run()
  } catch (cause) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (cause)
    const remedy = 'Set TMPDIR to a folder that has room for them.'
    const what = `the names of the entries could not be written to the folder for temporary files ${tmpdir()}: ${message}`
    throw Object.assign(new Error(`${what}. ${remedy}`, { cause }), { code })
  }
}

module.exports = { ScratchFile }
