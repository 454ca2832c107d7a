export * from './browser.ts'
export {
  EventSender,
  type EventSenderOptions,
  EventsRefusedError,
  EventsUndeliveredError,
} from './events/event-sender.ts'
export { SubscriptionRefusedError, websocketUrl } from './events/subscribe.ts'
export { LogSender, type LogSenderOptions } from './logs/log-sender.ts'
export * from './settings/index.ts'
export { applyTlsSettings } from './tls.ts'
