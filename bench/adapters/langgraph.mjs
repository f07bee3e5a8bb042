// @ts-check

import { load } from './load.mjs'

/** @type {import('../types.js').AdapterComparison} */
export const comparison = {
  replaces: '@langchain/langgraph-checkpoint-redis',
  needsSearch: true,
  ours: (url) => open('redis-state-adapter/langgraph', url),
  theirs: (url) => open('@langchain/langgraph-checkpoint-redis', url),
  calls: [
    {
      call: 'getTuple, latest',
      inFlight: [1, 16],
      atLeast: 10,
      prepare: (saver) => putSteps(saver, 'read', 10),
      run: async (saver) => {
        if (!(await saver.getTuple(configOf('read')))) throw new Error('there was no checkpoint')
      },
    },
    {
      call: 'put',
      inFlight: [1, 16],
      atLeast: 1.5,
      run: (saver, at) => putAt(saver, `t${at % 100}`, at),
    },
    {
      call: 'put, 3,000 checkpoints in the thread',
      inFlight: [1],
      atLeast: 1.5,
      prepare: (saver) => putSome(saver, 'long', 3_000),
      run: (saver, at) => putAt(saver, 'long', at),
    },
    {
      call: 'putWrites',
      inFlight: [1, 16],
      atLeast: 4,
      prepare: (saver) => putAt(saver, 'written', 0, 'written'),
      run: (saver, at) => saver.putWrites(writtenConfig, writes, `task${at % 100}`),
    },
    {
      call: 'list of 10',
      inFlight: [1],
      atLeast: 8,
      prepare: (saver) => putSteps(saver, 'listed', 100),
      run: async (saver) => {
        let count = 0
        for await (const _ of saver.list(configOf('listed'), { limit: 10 })) count++
        if (count !== 10) throw new Error(`${count} checkpoints were listed`)
      },
    },
    {
      call: 'getTuple, latest, beside 100,000 other keys',
      inFlight: [1],
      atLeast: 70,
      prepare: async (saver, url) => {
        await putSteps(saver, 'beside', 10)
        await addOthers(url)
      },
      run: (saver) => saver.getTuple(configOf('beside')),
    },
  ],
}

/**
 * @param {string} name
 * @param {string} url
 */
async function open(name, url) {
  const { RedisSaver } = await load(name)
  return RedisSaver.fromUrl(url)
}

/** Adds keys of other programs. @param {string} url */
async function addOthers(url) {
  const { createClient } = await load('redis')
  const client = await createClient({ url }).connect()
  await client.eval("for at = 1, 100000 do redis.call('SET', 'other:' .. at, at) end")
  await client.close()
}

/**
 * @param {any} saver
 * @param {string} thread
 * @param {number} count
 */
async function putSome(saver, thread, count) {
  for (let at = 0; at < count; at++) await putAt(saver, thread, at)
}

/**
 * Steps as a graph makes them: a checkpoint, and the writes of its task.
 *
 * @param {any} saver
 * @param {string} thread
 * @param {number} count
 */
async function putSteps(saver, thread, count) {
  for (let at = 0; at < count; at++) await saver.putWrites(await putAt(saver, thread, at), writes, 'task')
}

const writtenConfig = { configurable: { thread_id: 'written', checkpoint_ns: '', checkpoint_id: 'written' } }
const writes = [
  ['messages', ['m'.repeat(150)]],
  ['step', 1],
]

let made = 0

/**
 * @param {any} saver
 * @param {string} thread
 * @param {number} step
 * @param {string} [id]
 */
function putAt(saver, thread, step, id = undefined) {
  const version = String(++made)
  const newId = `1f0${version.padStart(5, '0')}-0000-6000-8000-000000000000`
  const checkpoint = {
    v: 4,
    id: id ?? newId,
    ts: new Date().toISOString(),
    channel_values: { messages: ['m'.repeat(150)], step },
    channel_versions: { messages: version, step: version },
    versions_seen: {},
  }
  const metadata = { source: 'loop', step, parents: {} }
  return saver.put(configOf(thread), checkpoint, metadata, checkpoint.channel_versions)
}

/** @param {string} thread */
function configOf(thread) {
  return { configurable: { thread_id: thread, checkpoint_ns: '' } }
}
