import { NotFound } from '../../errors.ts'

export class FlowNotFound extends NotFound {
  constructor(idOrName: string) {
    super(`Flow ${idOrName} not found`, 'flow_not_found')
  }
}
