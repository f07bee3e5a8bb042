// @ts-check
// Reads a stream of Server-Sent Events.

/**
 * @typedef {{ event: string, data: any }} ServerSentEvent
 */

/**
 * Opens a stream of changes until the test ends.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('./page.mjs').Page} page
 * @param {Record<string, string>} [parameters]
 */
export async function watching(t, page, parameters = {}) {
  const stop = new AbortController()
  t.after(() => stop.abort())
  const response = await page.fetch(`api/watch?${new URLSearchParams(parameters)}`, { signal: stop.signal })
  if (response.status !== 200 || !response.body) throw new Error(`${response.status}: ${await response.text()}`)
  const events = eventsOf(response.body)
  return { response, stop: () => stop.abort(), next: async () => (await events.next()).value, events }
}

/** @param {ReadableStream<Uint8Array>} body @returns {AsyncGenerator<ServerSentEvent, undefined>} */
async function* eventsOf(body) {
  let text = ''
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    text += piece
    const parts = text.split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts.filter((one) => !one.startsWith(':'))) {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(part) ?? []
      yield { event, data: JSON.parse(data) }
    }
  }
}
