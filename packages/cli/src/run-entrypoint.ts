import type { Cli } from './cli.ts'

/** Runs a flow run here, from the file of its flow. */
export async function runEntrypoint(_cli: Cli, _flowRunId: string, _entrypoint: string): Promise<void> {}
