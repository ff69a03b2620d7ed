#!/usr/bin/env node
import * as nodeModule from 'node:module'

// `kovu --list | head` has seen enough.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 1))

// Node 22 keeps compiled code; Node 20 has no such thing.
nodeModule.enableCompileCache?.()
const { main } = await import('../dist/cli/main.js')
process.exitCode = await main(process.argv.slice(2))
