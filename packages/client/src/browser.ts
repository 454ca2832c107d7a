// The part of the client that needs nothing but `fetch` and `WebSocket`: safe to import in a browser.
export { ApiClient } from './api/api-client.ts'
export type {
  ResultMetadata,
  RunFilter,
  SetStateAnswer,
  TaskInput,
  WireEvent,
  WireFlow,
  WireFlowRun,
  WireLog,
  WireLogCreate,
  WireState,
  WireStateCreate,
  WireTaskRun,
  WireWorkspace,
} from './api/wire.ts'
export {
  type SocketLike,
  type StreamOptions,
  subscribeToEvents,
  subscribeToLogs,
} from './events/subscribe.ts'
export {
  type ApiAnswer,
  ApiError,
  ApiNotConfiguredError,
  ConflictError,
  ForbiddenError,
  InvalidRequestError,
  NotFoundError,
  ServerUnreachableError,
  ServerVersionError,
  UnauthorizedError,
} from './http/errors.ts'
export {
  authorizationOf,
  type Connection,
  HttpClient,
  isCloud,
  isStatus,
  type RequestOptions,
} from './http/http-client.ts'
export { CLIENT_API_VERSION, CLIENT_VERSION, PREFECT_VERSION, userAgent } from './version.ts'
