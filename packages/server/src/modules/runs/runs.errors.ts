import { Conflict, DomainError, NotFound } from '../../errors.ts'

export class FlowRunNotFound extends NotFound {
  constructor(id: string) {
    super(`Flow run ${id} not found`, 'flow_run_not_found')
  }
}

export class TaskRunNotFound extends NotFound {
  constructor(id: string) {
    super(`Task run ${id} not found`, 'task_run_not_found')
  }
}

export class FlowOfRunNotFound extends NotFound {
  constructor(id: string) {
    super(`Flow ${id} not found: create it before its runs`, 'flow_not_found')
  }
}

export class StateNotFound extends NotFound {
  constructor(id: string) {
    super(`State ${id} not found`, 'state_not_found')
  }
}

export class RunInputNotFound extends NotFound {
  constructor(key: string) {
    super(`Flow run input "${key}" not found`, 'run_input_not_found')
  }
}

export class RunInputTaken extends Conflict {
  constructor(key: string) {
    super(`A flow run input with the key "${key}" already exists: delete it first`, 'run_input_taken')
  }
}

export class TaskRunIdTaken extends Conflict {
  constructor(id: string) {
    super(`A task run with the id ${id} already exists`, 'task_run_id_taken')
  }
}

export class JobVariablesFixed extends DomainError {
  constructor(reason: string) {
    super('bad_request', 'job_variables_fixed', `The run's job variables cannot be changed: ${reason}`)
  }
}
