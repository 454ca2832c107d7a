/** What has to be told when the process ends. */
interface Crashable {
  crash(message: string): unknown
}

/** Task runs that have not ended. */
export const activeTasks = new Set<Crashable>()

/** Flow runs that have not ended, outermost first. */
export const activeFlows = new Set<Crashable & { crash(message: string): Promise<void> }>()
