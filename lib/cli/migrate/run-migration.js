// @ts-check
'use strict'

const { EXIT } = require('../exit-codes.js')
const { Progress } = require('../progress.js')
const { Checkpoint } = require('../transfer/checkpoint.js')
const { MAX_NAMED } = require('../max-named.js')
const { Journal } = require('./journal.js')
const { LiveChanges } = require('./live-changes.js')
const { MISSED, unwatchedNote } = require('./live-notes.js')
const { Migration } = require('./migration.js')
const { parsePosition, savedPosition } = require('./position.js')
const { Refusals, shownName } = require('./refusals.js')
const { Tally, countLine, differencesAsJson, nameDifferences, remedyOf } = require('./report.js')

/**
 * @typedef {import('../command.js').Context} Context
 * @typedef {import('./open-places.js').Places} Places
 * @typedef {import('./place.js').Name} Name
 */

const DEFAULT_PASSES = 5

/** Runs `migrate` on opened places. */
class MigrationRun {
  #context
  #places
  #progress = new Map()
  #tally = new Tally()
  #overwrites = 0

  /** @param {Context} context @param {Places} places */
  constructor(context, places) {
    this.#context = context
    this.#places = places
  }

  /** @returns {Promise<number>} the exit code */
  async run() {
    const { options, output } = this.#context
    const { source, target } = this.#places
    output.note(`from ${source.description}`)
    output.note(`to   ${target.description}`)
    try {
      if (options['verify-only']) return await this.#verify()
      return await (options['dry-run'] ? this.#tryOut() : this.#copy())
    } finally {
      for (const progress of this.#progress.values()) progress.end()
    }
  }

  async #verify() {
    const refusals = this.#refusals()
    const migration = new Migration(this.#planOf({ refusals }))
    const { differences, isCut } = await migration.compareAll()
    const { compared, extra, extras } = migration.comparison
    await this.#end({ compared, different: differences.length, extra, skipped: refusals.count }, [
      ...differences,
      ...extras,
    ])
    if (isCut) this.#context.output.note('There are more differences: the comparison has ended.')
    return differences.length + extra + refusals.count > 0 ? EXIT.failed : EXIT.ok
  }

  async #tryOut() {
    const refusals = this.#refusals()
    const migration = new Migration(this.#planOf({ refusals }))
    await migration.copyAll()
    const { copied: copy, overwritten: overwrite, ...others } = this.#tally.counts
    await this.#end({ copy, overwrite, ...others, skipped: refusals.count })
    return refusals.count > 0 ? EXIT.failed : EXIT.ok
  }

  async #copy() {
    const { options, operands, output, signal } = this.#context
    const { source, target, sourceState } = this.#places
    const places = { source: source.description, target: target.description, traceId: operands[0] ?? null }
    const checkpoint = new Checkpoint(options.checkpoint, { of: 'a migration', parse: parsePosition })
    const saved = await savedPosition(checkpoint, places, options)
    const journal = await Journal.open(options.checkpoint && `${options.checkpoint}.journal`, {
      isContinued: saved !== undefined,
      keepsText: source.keepsText && target.keepsText,
      keepsTtl: target.keepsTtl,
    })
    const live = new LiveChanges(source.excludes?.bind(source))
    const refusals = this.#refusals()
    let canContinue = options.checkpoint !== undefined
    try {
      const skippedBefore = saved?.skipped ?? 0
      const onCopied = (/** @type {Name | null} */ last) =>
        checkpoint.note({ ...places, last, skipped: skippedBefore + refusals.entryCount })
      await onCopied(saved?.last ?? null)
      const unwatched = await this.#watch(live, sourceState)
      if (unwatched !== undefined) output.note(unwatchedNote(unwatched, { verifies: !options['no-verify'] }))
      const migration = new Migration(this.#planOf({ refusals, journal, live, onCopied }))
      const before = await migration.copyAll(saved?.last)
      this.#tally.isSettling = true
      const differences = await migration.settle()
      signal.throwIfAborted()
      // The comparison finds those that were skipped before, too.
      const skipped = refusals.count + (options['no-verify'] ? skippedBefore : 0)
      await this.#reportCopy({ migration, skipped, live, before, differences })
      // With a comparison, none are left. Between two runs, no changes are reported.
      const hasMissed = options['no-verify'] && (live.takeGap() || Boolean(saved?.last))
      if (hasMissed) output.note(MISSED)
      if (differences.length > 0 || hasMissed) return EXIT.failed
      // A journal without its checkpoint would be refused.
      await journal.remove()
      await checkpoint.remove()
      canContinue = false
      return skipped > 0 ? EXIT.failed : EXIT.ok
    } finally {
      live.close()
      await checkpoint.save()
      await journal.end()
      if (canContinue) output.note('The migration can be continued with --resume.')
    }
  }

  /** @param {LiveChanges} live @param {Places['sourceState']} state */
  #watch(live, state) {
    const { from = 'entries' } = this.#context.options
    return from === 'entries' ? live.start(state, this.#context.operands[0]) : `there are no watches of ${from}`
  }

  /** @param {{ migration: Migration, skipped: number, live: LiveChanges, before: number, differences: import('./comparison.js').Difference[] }} result */
  async #reportCopy({ migration, skipped, live, before, differences }) {
    const { compared, extra } = migration.comparison
    const { counts, recopied, removed } = this.#tally
    const result = {
      ...{ ...counts, recopied, removed, before, skipped },
      ...{ changes: live.count, compared, different: differences.length, extra },
    }
    await this.#end(result, differences)
    if (differences.length > 0) this.#context.output.note(remedyOf(this.#context.options))
  }

  /** @param {Record<string, number>} counts @param {import('./comparison.js').Difference[]} [differences] */
  async #end(counts, differences) {
    const { output } = this.#context
    for (const progress of this.#progress.values()) progress.end()
    if (differences !== undefined) nameDifferences(output, differences)
    const json = { ...counts, ...(differences !== undefined && { differences: differencesAsJson(differences) }) }
    await output.result(json, () => [countLine(counts, Object.keys(counts)[0])])
  }

  #refusals() {
    const { options, output } = this.#context
    const dropTtl = options['drop-ttl'] ?? false
    return new Refusals(this.#places, { dropTtl, onNamed: (line) => output.note(line) })
  }

  /** @param {{ refusals: Refusals, journal?: Journal, live?: LiveChanges, onCopied?: (last: Name) => Promise<void> }} parts */
  #planOf({ refusals, journal, live = new LiveChanges(), onCopied = async () => {} }) {
    const { options, signal } = this.#context
    return {
      ...this.#places,
      ...{ refusals, journal, live, onCopied, signal },
      ifAbsent: options['if-absent'] ?? false,
      dropTtl: options['drop-ttl'] ?? false,
      verifies: !options['no-verify'],
      passes: options.passes ?? DEFAULT_PASSES,
      onStep: (/** @type {Name} */ name, /** @type {import('./copier.js').Step['kind']} */ kind) =>
        this.#onStep(name, kind),
      onProgress: (/** @type {string} */ title, /** @type {number} */ done, /** @type {number} */ total) =>
        this.#showProgress(title, done, total),
    }
  }

  /** @param {Name} name @param {import('./copier.js').Step['kind']} kind */
  #onStep(name, kind) {
    this.#tally.add(kind)
    const { options, output } = this.#context
    if (!options['dry-run'] || kind !== 'overwritten' || this.#overwrites >= MAX_NAMED) return
    this.#overwrites += 1
    output.note(`would overwrite: ${shownName(name)}`)
  }

  /** @param {string} title @param {number} done @param {number} total */
  #showProgress(title, done, total) {
    const progress = this.#progress.get(title) ?? new Progress(this.#context.io, { title })
    this.#progress.set(title, progress)
    progress.total = total
    progress.update(done)
    if (done < total) return
    progress.end()
    this.#progress.delete(title)
  }
}

module.exports = { MigrationRun }
