export * from './ids.ts'
export * from './instants.ts'
export * from './json.ts'
export * from './states.ts'
