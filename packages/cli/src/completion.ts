import { listSettings, readProfiles } from '@orrery/client/settings'
import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { buildProgram } from './program.ts'

/**
 * What may stand in the place of the last word, as `candidate<TAB>description`. Empty where only a file or free text
 * may.
 */
export async function complete(cli: Cli, words: readonly string[]): Promise<string[]> {
  const before = words.slice(0, -1)
  const typed = words.at(-1) ?? ''
  const program = await buildProgram(cli, before)
  let current = program
  const given: string[] = []
  for (let index = 0; index < before.length; index++) {
    const word = before[index] ?? ''
    if (word.startsWith('-')) {
      const option = optionOf(current, word)
      const takesValue = option?.required === true && !word.includes('=')
      if (takesValue && index === before.length - 1)
        return startingWith(typed, await valuesOf(cli, option.long))
      if (takesValue) index++
      continue
    }
    const child = current.commands.find((each) => each.name() === word || each.aliases().includes(word))
    if (child) current = child
    else given.push(word)
  }
  if (typed.startsWith('-')) {
    const options = [...current.options.filter((option) => !option.hidden)]
    return startingWith(typed, [
      ...options.map((option) => [option.long ?? option.flags, option.description]),
      ['--help', 'show help'],
    ])
  }
  if (current.commands.length > 0) {
    return startingWith(
      typed,
      current.commands.map((each) => [each.name(), each.description()]),
    )
  }
  return startingWith(typed, argumentsOf(cli, current, given.length))
}

type Candidate = readonly [text: string | undefined, description: string]

const startingWith = (typed: string, candidates: readonly Candidate[] | readonly string[][]): string[] =>
  candidates.flatMap(([text = '', description = '']) =>
    text.startsWith(typed) ? [`${text}\t${description.split('. ')[0]}`] : [],
  )

function optionOf(command: Command, word: string) {
  const name = word.split('=')[0]
  for (let each: Command | null = command; each; each = each.parent) {
    const option = each.options.find((candidate) => candidate.long === name || candidate.short === name)
    if (option) return option
  }
  return undefined
}

async function valuesOf(cli: Cli, option: string | undefined): Promise<Candidate[]> {
  if (option === '--output') return [['json', 'for a program to read']]
  if (option === '--profile' || option === '--from') return profileNames(cli)
  if (option === '--log-level') return ['debug', 'info', 'warn', 'error', 'silent'].map((name) => [name, ''])
  return []
}

function argumentsOf(cli: Cli, command: Command, position: number): Candidate[] {
  const path = `${command.parent?.name()} ${command.name()}`
  if (path === 'config set') return listSettings().map(({ name }) => [`${name}=`, ''])
  if (path === 'config unset') return Object.keys(cli.settings.profile.settings).map((name) => [name, ''])
  if (/^profile (use|delete|rename|inspect)$/.test(path) && position === 0) return profileNames(cli)
  const choices = command.registeredArguments[position]?.argChoices
  return (choices ?? []).map((choice) => [choice, ''])
}

const profileNames = (cli: Cli): Candidate[] =>
  [...readProfiles(cli.sources).profiles.keys()].map((name) => [name, 'profile'])
