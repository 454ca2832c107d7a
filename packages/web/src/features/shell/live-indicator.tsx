import { Icon } from '../../components/ui/icon.tsx'
import { useLiveEvents, useLiveStatus } from '../../lib/live.ts'

const WORDS = {
  idle: 'Connecting',
  connecting: 'Connecting',
  live: 'Live',
  paused: 'Paused',
  reconnecting: 'Reconnecting',
} as const

const NOTES = {
  idle: 'The live stream is being opened.',
  connecting: 'The live stream is being opened.',
  live: 'What happens shows up here at once.',
  paused: 'This tab was hidden; it goes on when you look at it.',
  reconnecting:
    'The live stream is interrupted; data is asked for every 30 seconds, of a run every 5, meanwhile.',
} as const

const keepOpen = () => {}

/**
 * Whether the page is fed live. A dot for the good case; more than a dot otherwise. It listens too: the socket of the
 * workspace then stays the same from page to page, also across pages that need nothing of it.
 */
export function LiveIndicator() {
  useLiveEvents(keepOpen)
  const status = useLiveStatus()
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
            stroke={status === 'reconnecting' ? 'var(--st-late)' : 'var(--line-control)'}
            strokeWidth={1.6}
            strokeDasharray="3 2"
          />
        </svg>
      )}
      <span className={status === 'reconnecting' ? 'text-late' : 'max-md:sr-only'}>{WORDS[status]}</span>
    </span>
  )
}
