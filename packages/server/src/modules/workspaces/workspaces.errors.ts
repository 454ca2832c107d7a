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

export class AlreadyOwned extends Conflict {
  constructor(email: string) {
    super(
      `This instance has an owner already, and it is not ${email}. Use the owner's e-mail; nothing was changed.`,
      'instance_owned',
    )
  }
}
