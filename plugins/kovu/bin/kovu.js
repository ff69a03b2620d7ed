#!/usr/bin/env node
import * as nodeModule from 'node:module'
import { setFlagsFromString } from 'node:v8'

// `kovu --list | head` has seen enough.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 1))

// A run takes a second or two, of which V8 spends a third on optimizing code that is then hardly used: it begins eight times as late.
setFlagsFromString('--interrupt-budget=540672')
// Node 22 keeps compiled code; Node 20 has no such thing.
nodeModule.enableCompileCache?.()
const { main } = await import('../dist/bundle/main.js')
process.exitCode = await main(process.argv.slice(2))
