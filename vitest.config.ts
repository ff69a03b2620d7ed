import { defineConfig } from 'vitest/config'

// Tests run on the sources: every package exports them under this condition.
const conditions = ['kovu-source', 'module', 'node', 'development|production']
// A busy machine takes its time: `expect.poll` has no shorter patience than the tests themselves need.
const patient = { poll: { timeout: 20_000, interval: 20 } }
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } }

export default defineConfig({
  test: {
    // Many tests wait for processes of their own, so no core is left aside.
    maxWorkers: '100%',
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['plugins/*/test/**/*.test.ts', 'test/*.test.ts'],
          expect: patient,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.spec.ts'],
          expect: patient,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
