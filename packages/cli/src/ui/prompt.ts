import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { World } from '../cli.ts'
import { AbortedError } from '../errors.ts'

async function ask(world: World, question: string, hidden = false): Promise<string> {
  world.stdout.write(question)
  // Readline echoes what is typed to its output; a secret's output goes nowhere.
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!hidden) world.stdout.write(String(chunk))
      done()
    },
  })
  const lines = createInterface({
    input: world.stdin,
    output,
    terminal: hidden || world.stdin.isTTY === true,
  })
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('SIGINT', () => reject(new AbortedError('Aborted.', 130)))
      lines.once('close', () => reject(new AbortedError('Aborted.')))
      lines.once('line', resolve)
    })
  } finally {
    lines.close()
    if (hidden) world.stdout.write('\n')
  }
}

export async function confirm(world: World, question: string, fallback: boolean): Promise<boolean> {
  for (;;) {
    const answer = (await ask(world, `${question} [${fallback ? 'Y/n' : 'y/N'}]: `)).trim().toLowerCase()
    if (answer === '') return fallback
    if (['y', 'yes'].includes(answer)) return true
    if (['n', 'no'].includes(answer)) return false
    world.stdout.write('Answer y or n.\n')
  }
}

export async function select<T>(
  world: World,
  question: string,
  choices: readonly { label: string; value: T }[],
): Promise<T> {
  world.stdout.write(`${question}\n`)
  choices.forEach((choice, index) => {
    world.stdout.write(`  ${index + 1}. ${choice.label}\n`)
  })
  for (;;) {
    const answer = (await ask(world, `Number [1]: `)).trim()
    const choice = choices[answer === '' ? 0 : Number(answer) - 1]
    if (choice) return choice.value
    world.stdout.write(`Answer with a number from 1 to ${choices.length}.\n`)
  }
}

export async function secret(world: World, question: string): Promise<string> {
  for (;;) {
    const answer = (await ask(world, `${question}: `, true)).trim()
    if (answer !== '') return answer
  }
}
