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
      prepare: (saver) => putSome(saver, 'read', 10),
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

/**
 * @param {any} saver
 * @param {string} thread
 * @param {number} count
 */
async function putSome(saver, thread, count) {
  for (let at = 0; at < count; at++) await putAt(saver, thread, at)
}

let made = 0

/**
 * @param {any} saver
 * @param {string} thread
 * @param {number} step
 */
function putAt(saver, thread, step) {
  const version = String(++made)
  const id = `1f0${version.padStart(5, '0')}-0000-6000-8000-000000000000`
  const checkpoint = {
    v: 4,
    id,
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
