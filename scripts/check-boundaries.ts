// Checks who imports whom, and that the check itself still finds what is wrong.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')

function cruise(folder: string, cwd: string): { modules: number; violations: string[] } {
  const config = join(root, '.dependency-cruiser.cjs')
  const result = spawnSync(process.execPath, [cruiser, '--config', config, '--output-type', 'json', folder], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 512 * 1024 * 1024,
  })
  if (!result.stdout) throw new Error(`dependency-cruiser said nothing: ${result.stderr}`)
  const report = JSON.parse(result.stdout) as {
    summary: { totalCruised: number; violations: { from: string; to: string; rule: { name: string } }[] }
  }
  return {
    modules: report.summary.totalCruised,
    violations: report.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
  }
}

const fixture = cruise('packages', join(import.meta.dirname, 'boundaries/fixture'))
if (!fixture.violations.some((text) => text.startsWith('core-is-pure'))) {
  console.error('The boundary check no longer finds its known-bad fixture; it proves nothing.')
  process.exit(1)
}
const real = cruise('packages', root)
if (real.modules < 100) {
  console.error(`Only ${real.modules} files were cruised; the check proves nothing.`)
  process.exit(1)
}
for (const violation of real.violations) console.error(violation)
console.log(`boundaries: ${real.modules} files, ${real.violations.length} violations`)
process.exit(real.violations.length > 0 ? 1 : 0)
