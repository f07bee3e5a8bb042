// The code under test receives the adapter, so that a test can pass one of its own.

/** @param {import('redis-state-adapter').RedisStateAdapter} state @param {string} id */
export async function pay(state, id) {
  const found = await state.getWithMetadata(id, 'status')
  if (found?.value !== 'open') throw new Error(`${id} is not open`)
  // Of two callers that both read `open`, one gets ERR_CONFLICT.
  await state.set(id, 'status', 'paid', { ifMatch: found.etag })
}
