// @ts-check
// The judge finds the faults in histories of a broken client, and none in those of a correct one.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { judge } from './judge.mjs'

/** @typedef {import('../ledger.mjs').Line} Line */

let time = 0

/**
 * A call that begins after all earlier ones have ended.
 *
 * @param {string} name
 * @param {Partial<Line>} [more]
 * @returns {Line}
 */
function call(name, more = {}) {
  time += 10
  return { id: time, entry: 'register-1', name, begin: time, end: time + 5, outcome: 'done', ...more }
}

/**
 * @param {Line[]} lines
 * @param {import('./epochs.mjs').Window[]} [windows]
 */
function faultsOf(lines, windows = []) {
  const entries = new Set(lines.map(({ entry }) => entry))
  return [...entries].flatMap((name) => {
    const ofEntry = lines.filter(({ entry }) => entry === name)
    const { violations, undecided } = judge(name, ofEntry, windows)
    assert.deepEqual(undecided, [])
    return violations
  })
}

const set = (/** @type {string} */ value, /** @type {Partial<Line>} */ more = {}) => call('set', { value, ...more })
const get = (/** @type {string | null} */ result, /** @type {Partial<Line>} */ more = {}) =>
  call('get', { result, ...more })
const unknown = /** @type {const} */ ({ outcome: 'unknown' })
const lock = { entry: 'lock-1' }

/** Histories that a correct client may produce. @type {Record<string, () => Line[]>} */
const CORRECT = {
  'sequential calls': () => [get(null), set('1'), get('1'), call('delete', { result: '1' }), get(null)],
  'concurrent calls that took effect in either order': () => {
    const [first, second] = [set('1'), set('2')]
    return [{ ...first, end: second.end }, { ...second, begin: first.begin }, get('1')]
  },
  'a write with an unknown outcome that was applied': () => [set('1'), set('2', unknown), get('2')],
  'a write with an unknown outcome that was not applied': () => [
    set('1'),
    set('2', unknown),
    get('1'),
    set('3'),
    get('3'),
  ],
  'a write with an unknown outcome that was applied late': () => [set('1'), set('2', unknown), get('1'), get('2')],
  'a write of a client that was killed': () => [set('2', { end: undefined, outcome: undefined }), get(null), get('2')],
  'a write that was refused and not applied': () => [set('1'), set('2', { outcome: 'no' }), get('1')],
  'conditions that hold and conditions that do not': () => [
    call('create', { value: '1' }),
    call('create', { value: '2', isConflict: true }),
    call('replace', { expected: '1', value: '3' }),
    call('replace', { expected: '1', value: '4', isConflict: true }),
    get('3'),
  ],
  'a conflict that overtakes a refused write of its client, which is retried': () => {
    const refused = set('1', { client: 'a' })
    const conflict = call('replace', { client: 'a', expected: '0', value: '2', isConflict: true })
    const read = get(null)
    return [{ ...refused, end: Number(read.end) + 1 }, conflict, read]
  },
  'increments and appends': () => [
    call('increment', { value: '2', result: '2' }),
    call('increment', { value: '3', result: '5' }),
    call('append', { entry: 'list-1', value: '7', result: '[7]' }),
    call('append', { entry: 'list-1', value: '8', result: '[7,8]' }),
  ],
  'a lock that is released and acquired again': () => [
    call('acquire', { ...lock, fence: 1, ttl: 1000 }),
    call('release', { ...lock, value: '1' }),
    call('acquire', { ...lock, fence: 2, ttl: 1000 }),
  ],
}

/** Histories that only a broken client can produce. @type {Record<string, () => Line[]>} */
const MALFORMED_REPLIES = {
  'a reply with the value of another entry': () => [set('1'), set('2', { entry: 'register-2' }), get('2')],
  'the reply of an earlier call': () => [set('1'), set('2'), get('1')],
  'a write that is executed twice': () => [set('1'), set('2'), get('2'), get('1')],
  'a refused write that is retried after a newer one': () => [set('1', unknown), set('2'), get('1'), get('2')],
  'writes of one client that are reordered': () => {
    const [first, second] = [set('1', { client: 'a' }), set('2', { client: 'a' })]
    return [
      { ...first, end: Number(second.end) + 3 },
      second,
      call('get', { result: '1', begin: Number(second.end) + 4 }),
    ]
  },
  'an acknowledged write that is lost': () => [set('1'), get(null)],
  'a delete that is lost': () => [set('1'), call('delete', { result: '1' }), get('1')],
  'two deletes that both return the value': () => [
    set('1'),
    call('delete', { result: '1' }),
    call('delete', { result: '1' }),
  ],
  'a stale read': () => [set('1'), get('1'), set('2'), get('2'), get('1')],
  'a write that rejects with applied: no but was applied': () => [set('1', { outcome: 'no' }), get('1')],
  'an increment that is executed twice': () => [call('increment', { value: '1', result: '2' })],
  'an increment that is lost': () => [
    call('increment', { value: '1', result: '1' }),
    call('increment', { value: '1', result: '1' }),
  ],
  'an append that is executed twice': () => [call('append', { value: '1', result: '[1,1]' })],
  'a conflict although the condition holds': () => [
    set('1'),
    call('replace', { expected: '1', value: '2', isConflict: true }),
  ],
  'a condition that is ignored': () => [set('1'), call('create', { value: '2' })],
  'a transaction that is partly visible': () => [set('1'), set('2'), get('2'), get('1'), get('2')],
  'a fencing token that is issued twice': () => [
    call('acquire', { ...lock, fence: 1, ttl: 1 }),
    call('acquire', { ...lock, fence: 1, ttl: 1 }),
  ],
  'a fencing token that is lower than the one before': () => [
    call('acquire', { ...lock, fence: 2, ttl: 1 }),
    call('acquire', { ...lock, fence: 1, ttl: 1 }),
  ],
  'two holders at the same time': () => [
    call('acquire', { ...lock, fence: 1, ttl: 1000 }),
    call('acquire', { ...lock, fence: 2, ttl: 1000 }),
  ],
}

for (const [name, lines] of Object.entries(CORRECT)) {
  it(`accepts ${name}`, () => assert.deepEqual(faultsOf(lines()), []))
}

for (const [name, lines] of Object.entries(MALFORMED_REPLIES)) {
  it(`detects ${name}`, () => assert.notDeepEqual(faultsOf(lines()), []))
}

describe('with a failover', () => {
  /** Calls before a window, the window, and calls after it. @param {Line[]} before @param {() => Line[]} after */
  function failover(before, after) {
    time += 100
    const window = { begin: time, end: time + 100 }
    time += 200
    return { lines: [...before, ...after()], windows: [window] }
  }

  it('accepts the loss of a write that was acknowledged within the window', () => {
    time += 10
    const window = { begin: time + 5, end: time + 55 }
    const lines = [set('1', { begin: time, end: time + 2 }), set('2', { begin: time + 10, end: time + 20 })]
    time += 100
    assert.deepEqual(faultsOf([...lines, get('1'), set('3'), get('3')], [window]), [])
  })

  for (const [name, after] of /** @type {[string, () => Line[]][]} */ ([
    ['an increment', () => [call('increment', { value: '11', ...unknown }), call('delete', { result: '11' })]],
    ['an append', () => [call('append', { value: '11', ...unknown }), get('[11]')]],
    ['a set', () => [set('11', unknown), get('11')]],
    ['a create', () => [call('create', { value: '11', ...unknown }), get('11')]],
    ['a replace', () => [call('replace', { expected: '1', value: '11', ...unknown }), get('11')]],
  ])) {
    it(`accepts ${name} with an unknown outcome as the first call after it`, () => {
      const { lines, windows } = failover([set('1')], after)
      const lost = name === 'a replace' ? lines : lines.slice(1)
      assert.deepEqual(faultsOf(lost, windows), [])
    })
  }

  it('accepts a lost write that is first read after a second failover', () => {
    time += 100
    const begin = time
    const windows = [
      { begin: begin + 5, end: begin + 55 },
      { begin: begin + 60, end: begin + 90 },
    ]
    const lines = [set('1', { begin, end: begin + 2 }), set('2', { begin: begin + 10, end: begin + 20 })]
    time += 100
    assert.deepEqual(faultsOf([...lines, get('1')], windows), [])
  })

  it('detects that a value returns that was overwritten between two failovers', () => {
    time += 100
    const begin = time
    const windows = [
      { begin: begin + 5, end: begin + 20 },
      { begin: begin + 60, end: begin + 90 },
    ]
    const lines = [set('1', { begin, end: begin + 2 }), set('2', { begin: begin + 30, end: begin + 40 })]
    time += 100
    assert.notDeepEqual(faultsOf([...lines, get('1')], windows), [])
  })

  for (const [name, before, after] of /** @type {[string, () => Line[], () => Line[]][]} */ ([
    ['a write acknowledged before the window is lost', () => [set('1')], () => [get(null)]],
    ['an overwritten value returns', () => [set('1'), set('2')], () => [get('1')]],
    ['a deleted value returns', () => [set('1'), call('delete', { result: '1' })], () => [get('1')]],
    ['an entry has a value that no call wrote', () => [set('1')], () => [get('7')]],
    ['a write with applied: no is visible', () => [set('1'), set('2', { outcome: 'no' })], () => [get('2')]],
    [
      'an entry is missing after an increment with an unknown outcome',
      () => [set('1')],
      () => [call('increment', { value: '1', ...unknown }), get(null)],
    ],
    ['the calls after the window have no order', () => [set('1')], () => [set('2'), get('1')]],
  ])) {
    it(`detects that ${name}`, () => {
      const { lines, windows } = failover(before(), after)
      assert.notDeepEqual(faultsOf(lines, windows), [])
    })
  }
})
