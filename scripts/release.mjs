// @ts-check
// `npm run release [-- --dry-run] [--no-provenance] [--artifacts <folder>]`: publishes the package of each binary, then
// the main one. See docs/releasing.md.

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { binaryIn, manifest, root, stageBinary, stageMain } from './release/packages.mjs'
import { problemsIn } from './release/problems.mjs'
import { publish } from './release/publish.mjs'
import { TARGETS } from './targets.mjs'

const { values } = parseArgs({
  options: {
    'dry-run': { type: 'boolean', default: false },
    // Outside of a workflow there is no identity to sign with.
    'no-provenance': { type: 'boolean', default: false },
    artifacts: { type: 'string', default: join(root, 'artifacts') },
  },
})
const { artifacts, 'dry-run': isDryRun, 'no-provenance': isUnsigned } = values
const flags = [...(isDryRun ? ['--dry-run'] : []), ...(isDryRun || isUnsigned ? ['--provenance=false'] : [])]
const stage = join(root, 'target', 'release-packages')

const problems = problemsIn(artifacts)
for (const problem of problems) console.error(`release: ${problem}`)
try {
  // A dry run goes on with what is there.
  if (isDryRun || problems.length === 0) release()
} catch (error) {
  problems.push(String(error))
  console.error(`release: ${error instanceof Error ? error.message : error}`)
}
process.exitCode = problems.length === 0 ? 0 : 1

function release() {
  const binaries = TARGETS.flatMap((target) => {
    const binary = binaryIn(artifacts, target)
    return binary === undefined ? [] : [stageBinary(stage, target, binary)]
  })
  // The main package is last, so that nobody can install it without its binaries.
  for (const folder of [...binaries, stageMain(stage)]) {
    const isNew = publish(folder, { flags })
    console.log(`${isDryRun ? 'would publish' : isNew ? 'published' : 'is published already:'} ${folder}`)
  }
  console.log(`${manifest().version}: ${binaries.length} binaries and the main package`)
}
