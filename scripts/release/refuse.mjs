// @ts-check
// What `npm publish` in this folder would publish lacks the dependencies on the packages with the binaries.

console.error('npm publish: use `npm run release`, see docs/releasing.md')
process.exitCode = 1
