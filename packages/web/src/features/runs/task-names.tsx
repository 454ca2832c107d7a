import type { TaskFact } from '@orrery/schemas'
// Names of task runs as they are read: clients append a key to tell calls apart, which says nothing where there is one.

/** How many characters at the end of each name can be dimmed, by id: only where no other task has the same beginning. */
export function dimmedKeys(
  names: ReadonlyMap<string, string>,
  facts: readonly Pick<TaskFact, 'id' | 'key_length'>[],
): Map<string, number> {
  const bases = new Map<string, number>()
  const baseOf = (name: string, length: number): string => (length ? name.slice(0, -length - 1) : name)
  for (const { id, key_length: length } of facts) {
    const name = names.get(id)
    if (name !== undefined) bases.set(baseOf(name, length), (bases.get(baseOf(name, length)) ?? 0) + 1)
  }
  const out = new Map<string, number>()
  for (const { id, key_length: length } of facts) {
    const name = names.get(id)
    if (name !== undefined && length > 0 && bases.get(baseOf(name, length)) === 1) out.set(id, length + 1)
  }
  return out
}

/** A name with its end dimmed. */
export function TaskName({ name, dim = 0 }: { name: string; dim?: number | undefined }) {
  if (!dim) return name
  return (
    <>
      {name.slice(0, -dim)}
      <span className="font-regular text-text-3">{name.slice(-dim)}</span>
    </>
  )
}
