export { Cli, type OutputStream, type World } from './cli.ts'
export { main } from './main.ts'
export { processWorld } from './world.ts'
