// Fails when what the browser must load before the first page exceeds the budget (DESIGN.md: 250 KB gzip).
// Another folder with a build may be named: `node check-budget.mjs FOLDER`.
// Counts the entry, everything it imports statically, their CSS, and the files that index.html names itself.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const BUDGET_KB = 250
const ROUTE_BUDGET_KB = 80
// The run page brings the graph's renderer with it.
// Pixi's own chunks are no routes: the Radar loads one of them where there is graphics hardware.
const HEAVY_ROUTES = {
  'flow-run-page': 300,
  'pixi-backend': 250,
  browserAll: 250,
  webworkerAll: 250,
}
// What a page loads when it needs it counts beyond what that page has loaded already.
const PARTS = { markdown: 'artifact-page' }

const dist = process.argv[2]
  ? `${resolve(process.argv[2])}/`
  : fileURLToPath(new URL('../dist/', import.meta.url))
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8'))
const html = readFileSync(`${dist}index.html`, 'utf8')

const size = (file) => gzipSync(readFileSync(dist + file), { level: 9 }).length

/** All files that a manifest entry needs before it can run. */
function closure(key, seen = new Set(), files = new Set()) {
  if (seen.has(key)) return files
  seen.add(key)
  const chunk = manifest[key]
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const each of chunk.imports ?? []) closure(each, seen, files)
  return files
}

const kb = (bytes) => (bytes / 1024).toFixed(1).padStart(7)
const total = (files) => [...files].reduce((sum, file) => sum + size(file), 0)

const entryKey = Object.keys(manifest).find((key) => manifest[key].isEntry)
const initial = closure(entryKey)
for (const [, file] of html.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)) initial.add(file)

let failed = false
console.log('First load (gzip):')
for (const file of initial) console.log(`${kb(size(file))} KB  ${file}`)
const first = total(initial)
console.log(`${kb(first)} KB  of ${BUDGET_KB}`)
if (first > BUDGET_KB * 1024) failed = true

/** The files of a part's page, which are there before the part is asked for. */
function before(name) {
  const host = Object.keys(manifest).find(
    (key) => manifest[key].isDynamicEntry && manifest[key].name === name,
  )
  return host ? closure(host) : new Set()
}

// The frame is a route of its own, loaded once: the pages of a workspace never come without it.
const FRAME = 'workspace-layout'
const inFrame = (key) => /\/features\/(runs|dashboard|flows|artifacts|graph|logs)\//.test(`/${key}`)

console.log('Routes, beyond the first load and the frame that they stand in:')
for (const key of Object.keys(manifest)) {
  const chunk = manifest[key]
  if (!chunk.isDynamicEntry) continue
  const there = new Set([
    ...initial,
    ...before(PARTS[chunk.name]),
    ...(inFrame(chunk.src ?? key) ? before(FRAME) : []),
  ])
  const own = new Set([...closure(key)].filter((file) => !there.has(file)))
  const bytes = total(own)
  const budget = HEAVY_ROUTES[chunk.name] ?? ROUTE_BUDGET_KB
  const over = bytes > budget * 1024
  console.log(`${kb(bytes)} KB  ${chunk.name}${over ? `  exceeds ${budget}` : ''}`)
  if (over) failed = true
}
if (failed) {
  console.error('The budget is exceeded.')
  process.exit(1)
}
