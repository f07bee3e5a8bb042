// @ts-check
// For the suites of LangGraph only: they use the globals of vitest. This package is loaded as Node.js loads it, not transformed.

export default {
  test: {
    globals: true,
    include: ['official.spec.mjs'],
    server: { deps: { external: [/.*/] } },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
}
