#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { CLI_VERSION } from './version.ts'

enableCompileCache?.()
// `orrery flow-run ls | head` closes the pipe early, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})
const args = process.argv.slice(2)
if (args.length === 1 && (args[0] === '--version' || args[0] === '-v')) {
  process.stdout.write(`orrery ${CLI_VERSION}\n`)
} else {
  const [{ main }, { processWorld }] = await Promise.all([import('./main.ts'), import('./world.ts')])
  process.exitCode = await main(args, processWorld())
}
