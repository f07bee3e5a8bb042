// @ts-check
// Runs beside the installed package, and prints what its import costs: time, and resident memory before and after it.

const before = process.memoryUsage.rss()
const start = performance.now()
await import('redis-state-adapter')
const ms = performance.now() - start
console.log(JSON.stringify({ ms, before, after: process.memoryUsage.rss() }))
