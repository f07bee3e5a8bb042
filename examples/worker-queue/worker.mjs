// A worker of a queue of jobs. Start as many as you like, on any machine: each job is done by one of them at a time.
// A producer adds a job with `state.set('jobs', id, job)`.

import { RedisStateAdapter } from 'redis-state-adapter'

const state = new RedisStateAdapter({ url: process.env.REDIS_URL ?? 'redis://localhost:6379' })
const changes = state.watch('jobs', undefined, { configure: true })
let stopping = false

// A worker that was killed leaves its job to the others once its lock expires.
setInterval(() => doAll().catch(console.error), 60_000).unref()

await changes.ready
process.once('SIGTERM', () => {
  // The job in progress is completed.
  stopping = true
  changes.return()
})

console.log('waiting for jobs')
await doAll()
for await (const change of changes) {
  // After a gap, changes may have been missed.
  if (change.type === 'created' || change.type === 'gap') await doAll()
}
await state.cleanup()

async function doAll() {
  for (const id of await state.keys('jobs')) {
    if (!stopping) await attempt(id)
  }
}

/** @param {string} id */
async function attempt(id) {
  const lock = await state.lock('jobs', id, { ttl: '30s' })
  if (!lock) return // Another worker does it.
  try {
    const job = await state.get('jobs', id)
    if (job === null) return // Another worker did it.
    await perform(id, job)
    // Only while the lock is held: a worker that stalled for longer than the ttl removes nothing.
    await state.transaction('jobs', (tx) => tx.holds(lock).delete(id))
    console.log(`done: ${id}`)
  } finally {
    await lock.release()
  }
}

/** The work. @param {string} id @param {unknown} job */
async function perform(id, job) {
  await state.set('results', id, { job, worker: process.pid })
  await state.increment('times-done', id)
}
