import { Argument, type Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { command, examples, lazily } from '../../define.ts'

export function completionCommand(cli: Cli): Command {
  return command('completion', 'Print the completion script for a shell.')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      examples(
        ['eval "$(orrery completion bash)"', 'in ~/.bashrc'],
        ['eval "$(orrery completion zsh)"', 'in ~/.zshrc, after compinit'],
        ['orrery completion fish | source', 'in ~/.config/fish/config.fish'],
      ),
    )
    .action(lazily(cli, () => import('./completion.ts')))
}
