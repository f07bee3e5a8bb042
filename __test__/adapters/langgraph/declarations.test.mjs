// @ts-check
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { it } from 'node:test'

it('both kinds of modules have the same declarations', async () => {
  // Two files, because each refers to the classes of LangGraph in its own kind of module, whose private members differ.
  const [ofModules, ofCommonJs] = await Promise.all(
    ['langgraph.d.mts', 'langgraph.d.ts'].map((name) =>
      readFile(new URL(`../../../adapters/${name}`, import.meta.url), 'utf8'),
    ),
  )
  assert.equal(ofModules, ofCommonJs)
})
