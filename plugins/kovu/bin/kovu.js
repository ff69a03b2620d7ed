#!/usr/bin/env node
import * as nodeModule from 'node:module'
import { setFlagsFromString } from 'node:v8'

// `kovu --list | head` has seen enough.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 1))

// Node 22 keeps compiled code from one run to the next.
nodeModule.enableCompileCache?.()

// V8 spends a third of a run of a second or two on optimizing code that is then hardly used: it begins eight times as late. Each version
// has its own flag for that, and says an error for those of others; from 24 on it is patient by itself.
const late = { 20: '--interrupt-budget=540672', 22: '--invocation-count-for-turbofan=24000' }
const flag = late[process.versions.node.split('.')[0]]
if (flag) setFlagsFromString(flag)

const { main } = await import('../dist/bundle/main.js')
process.exitCode = await main(process.argv.slice(2))
