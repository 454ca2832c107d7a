import { spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { useStub } from './test-support/use-stub.ts'

const stub = useStub()
const sdk = new URL('./index.ts', import.meta.url).href

/** Runs a program of its own by plain node; `onLog` may act when a line comes. */
function run(source: string, onLog: (line: string, pid: number) => void = () => undefined) {
  const file = join(mkdtempSync(join(tmpdir(), 'orrery-program-')), 'program.ts')
  writeFileSync(file, `import { flow, task } from '${sdk}'\n${source}`)
  const child = spawn(process.execPath, ['--conditions=@orrery/source', file], {
    env: { PATH: process.env.PATH, PREFECT_HOME: stub.home, PREFECT_API_URL: stub.api.apiUrl },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk
      onLog(String(chunk), child.pid ?? 0)
    })
  }
  return new Promise<{ code: number | null; signal: string | null; output: string }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, output }))
  })
}

const finalState = () => stub.api.flowRuns[0]?.states.at(-1)

test('a program that calls a flow just runs, and ends', async () => {
  const { code, output } = await run(`
    const add = task('add', (a: number, b: number) => a + b)
    const main = flow('main', async () => add(1, 2))
    console.log('result', await main())`)
  expect(output).toMatch(/Beginning flow run 'stub-run-0' for flow 'main'[\s\S]*result 3/)
  expect(code).toBe(0)
  expect(stub.api.taskStates('add')).toEqual(['Pending', 'Running', 'Completed'])
})

test('a flow that nobody awaits runs to its end, and its failure is the program’s', async () => {
  const { code, output } = await run(`
    flow('main', async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      throw new Error('nobody looked')
    })()`)
  expect(code).toBe(1)
  expect(output).toMatch(/Error: nobody looked/)
  expect(finalState()).toMatchObject({ type: 'FAILED' })
})

test('SIGTERM crashes the run and its tasks, runs the hooks, and ends the program by the signal', async () => {
  const { signal, output } = await run(
    `
    const slow = task('slow', () => new Promise((resolve) => setTimeout(resolve, 60_000)))
    await flow({ name: 'main', onCrashed: () => console.log('hook ran') }, async () => {
      const future = slow()
      console.log('ready')
      await future
    })()`,
    (line, pid) => {
      if (line.includes('ready')) setTimeout(() => process.kill(pid, 'SIGTERM'), 50)
    },
  )
  expect(signal).toBe('SIGTERM')
  expect(finalState()).toMatchObject({
    type: 'CRASHED',
    message: 'Execution was aborted by a termination signal.',
  })
  expect(stub.api.taskStates('slow')).toEqual(['Pending', 'Running', 'Crashed'])
  expect(output).toMatch(/hook ran/)
  expect(stub.api.logs.map((log) => log.message)).toContain(
    'Crash detected! Execution was aborted by a termination signal.',
  )
})

test.each([
  ['an exception outside any promise', "setTimeout(() => { throw new Error('loose') }, 20)"],
  ['a rejection that nothing handles', "setTimeout(() => { void Promise.reject(new Error('loose')) }, 20)"],
])('%s crashes the run and ends the program with 1', async (_name, line) => {
  const { code, output } = await run(`
    await flow('main', async () => {
      ${line}
      await new Promise((resolve) => setTimeout(resolve, 60_000))
    })()`)
  expect(code).toBe(1)
  expect(output).toMatch(/Error: loose/)
  expect(finalState()).toMatchObject({
    type: 'CRASHED',
    message: 'Execution was interrupted by an unexpected exception: Error: loose',
  })
})
