// @ts-check

/**
 * Calls a function when there was no further call for a while.
 *
 * @param {() => void} call
 * @param {number} pause milliseconds
 */
export function debounced(call, pause) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  return () => {
    clearTimeout(timer)
    timer = setTimeout(call, pause)
  }
}

/**
 * Runs a task again and again while the page is visible and `stop` was not called. The next run starts after the last one.
 *
 * @param {() => Promise<void>} task handles its own errors
 * @param {number} pause milliseconds
 * @returns {() => void} stops
 */
export function repeatWhileVisible(task, pause) {
  let isStopped = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  const run = async () => {
    if (!document.hidden) await task()
    if (!isStopped) timer = setTimeout(run, pause)
  }
  run()
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}

/**
 * Runs a task for each burst of requests, so seldom that it takes at most a fifth of the time.
 */
export class Throttle {
  #task
  #isWanted = false
  #isBusy = false
  #isStopped = false

  /** @param {() => Promise<void>} task handles its own errors */
  constructor(task) {
    this.#task = task
  }

  request() {
    this.#isWanted = true
    this.#run()
  }

  stop() {
    this.#isStopped = true
  }

  async #run() {
    if (this.#isBusy || !this.#isWanted || this.#isStopped) return
    this.#isBusy = true
    this.#isWanted = false
    const start = performance.now()
    await this.#task()
    const taken = performance.now() - start
    setTimeout(
      () => {
        this.#isBusy = false
        this.#run()
      },
      Math.max(250, 4 * taken),
    )
  }
}
