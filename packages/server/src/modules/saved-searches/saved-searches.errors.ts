import { Conflict, Forbidden, Invalid, NotFound } from '../../errors.ts'

export class SavedSearchNotFound extends NotFound {
  constructor(id: string) {
    super(`Saved search ${id} not found`, 'saved_search_not_found')
  }
}

export class SavedSearchNameTaken extends Conflict {
  constructor(name: string) {
    super(`You have a saved search with the name '${name}' already.`, 'saved_search_name_taken')
  }
}

export class SavedSearchOfAnother extends Forbidden {
  constructor(name: string, owner: string) {
    super(
      `'${name}' belongs to ${owner}. Only its owner, or an Owner of the workspace, may change it.`,
      'saved_search_of_another',
    )
  }
}

export class SavedSearchTooLong extends Invalid {
  constructor(length: number, most: number) {
    super(
      `The filters have ${length} characters as JSON: at most ${most}. Save fewer values.`,
      'saved_search_too_long',
    )
  }
}

export class SavedSearchesFull extends Conflict {
  constructor(most: number) {
    super(`You have ${most} saved searches, which is the most. Remove one first.`, 'saved_searches_full')
  }
}
