import { Conflict, NotFound } from '../../errors.ts'

export class ArtifactNotFound extends NotFound {
  constructor(idOrKey: string) {
    super(`Artifact ${idOrKey} not found`, 'artifact_not_found')
  }
}

export class ArtifactIdTaken extends Conflict {
  constructor(id: string) {
    super(`There is an artifact with the id ${id} already.`, 'artifact_id_taken')
  }
}
