import { Icon } from '../../components/ui/icon.tsx'
import { useLiveEvents, useLiveStatus } from '../../lib/live.ts'

const WORDS = {
  idle: 'Connecting',
  connecting: 'Connecting',
  live: 'Live',
  paused: 'Paused',
  reconnecting: 'Reconnecting',
  polling: 'Polling',
} as const

const NOTES = {
  idle: 'The live stream is being opened.',
  connecting: 'The live stream is being opened.',
  live: 'What happens shows up here at once.',
  paused: 'This tab was hidden; it goes on when you look at it.',
  reconnecting: 'The live stream was cut and is being opened again. What is missed is asked for.',
  polling: 'The live stream cannot be opened: data is asked for every 30 seconds, of a run every 5.',
} as const

const keepOpen = () => {}

/**
 * Whether the page is fed live. A dot for the good case; more than a dot otherwise. It listens too: the socket of the
 * workspace then stays the same from page to page, also across pages that need nothing of it.
 */
export function LiveIndicator() {
  useLiveEvents(keepOpen)
  const status = useLiveStatus()
  const lost = status === 'reconnecting' || status === 'polling'
  return (
    <span
      role="status"
      title={NOTES[status]}
      className="flex items-center gap-1.5 px-1.5 text-small whitespace-nowrap text-text-2"
    >
      {status === 'live' ? (
        <span className="size-1.75 rounded-full bg-completed" aria-hidden="true" />
      ) : status === 'paused' ? (
        <Icon name="pause" size={12} />
      ) : (
        <svg width={10} height={10} viewBox="-5 -5 10 10" fill="none" aria-hidden="true">
          <circle
            r="3.800"
            stroke={lost ? 'var(--st-late)' : 'var(--line-control)'}
            strokeWidth={1.6}
            strokeDasharray="3 2"
          />
        </svg>
      )}
      <span className={lost ? 'text-late' : 'max-md:sr-only'}>{WORDS[status]}</span>
    </span>
  )
}
