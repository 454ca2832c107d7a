/**
 * Everything that a project needs: the SDK under this name, the command line and the server beside it.
 * @packageDocumentation
 */
export * from '@orrery/sdk'
