import { Conflict, Invalid, NotFound } from '../../errors.ts'

export class VariableNotFound extends NotFound {
  constructor(idOrName: string) {
    super(`Variable ${idOrName} not found`, 'variable_not_found')
  }
}

export class VariableNameTaken extends Conflict {
  constructor(name: string) {
    super(`A variable with the name '${name}' already exists.`, 'variable_name_taken')
  }
}

export class VariableTooLong extends Invalid {
  constructor(length: number, most: number) {
    super(`The variable's value has ${length} characters as JSON: at most ${most}`, 'variable_too_long')
  }
}
