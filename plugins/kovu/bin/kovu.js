#!/usr/bin/env node
import * as nodeModule from 'node:module'
import { setFlagsFromString } from 'node:v8'

// `kovu --list | head` has seen enough.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 1))

// Node 22 keeps compiled code. Node 20 has no such thing, and V8 spends a third of a run of a second or two on optimizing code that is
// then hardly used: it begins eight times as late. (Node 22 has no such flag any more.)
if (nodeModule.enableCompileCache) nodeModule.enableCompileCache()
else setFlagsFromString('--interrupt-budget=540672')
const { main } = await import('../dist/bundle/main.js')
process.exitCode = await main(process.argv.slice(2))
