import { Conflict, NotFound } from '../../errors.ts'

export class WorkspaceNotFound extends NotFound {
  constructor() {
    super('Workspace not found', 'workspace_not_found')
  }
}

export class WorkspaceHandleTaken extends Conflict {
  constructor(handle: string) {
    super(`The account already has a workspace with the handle "${handle}".`, 'workspace_handle_taken')
  }
}
