import type { Cli } from '../../cli.ts'

// Each script asks the program itself, which knows its commands, the profiles and the settings.
const SCRIPTS: Record<string, string> = {
  bash: `_orrery_complete() {
  local IFS=$'\\n'
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=($(compgen -W "$(orrery __complete "\${words[@]}" 2>/dev/null | cut -f1)" -- "\${COMP_WORDS[COMP_CWORD]}"))
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace
  return 0
}
complete -o default -F _orrery_complete orrery
`,
  zsh: `_orrery() {
  local -a candidates
  local line
  while IFS= read -r line; do
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <(orrery __complete "\${words[@]:1:$((CURRENT - 1))}" 2>/dev/null)
  if (( \${#candidates} )); then _describe 'orrery' candidates; else _files; fi
}
compdef _orrery orrery
`,
  fish: `function __orrery_complete
  set -l words (commandline -opc) (commandline -ct)
  orrery __complete $words[2..-1] 2>/dev/null
end
complete -c orrery -a '(__orrery_complete)'
`,
}

export function run(cli: Cli, shell: string): void {
  cli.world.stdout.write(SCRIPTS[shell] ?? '')
}
