#!/usr/bin/env node
// What `orrery` and `prefect` run: the build of an installed package, the sources of a checkout.
import { existsSync } from 'node:fs'
import module from 'node:module'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `orrery needs Node 22.18 or newer, and this is ${process.version}. Get one at https://nodejs.org\n`,
  )
  process.exit(1)
}
// Before the first import: with the cache at hand Node neither parses nor strips the sources, and does not load
// the 20 MB that stripping takes.
module.enableCompileCache?.()
const built = new URL('../dist/bin.js', import.meta.url)
if (existsSync(built)) await import(built.href)
else {
  if (!process.execArgv.includes('--conditions=@orrery/source'))
    module.registerHooks({
      resolve: (specifier, context, next) =>
        next(specifier, { ...context, conditions: [...context.conditions, '@orrery/source'] }),
    })
  await import('../src/bin.ts')
}
