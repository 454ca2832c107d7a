import { type ReactNode, useEffect, useState } from 'react'
import { Button, StateBadge, Timestamp } from '../../components/ui/index.ts'
import { type LiveEvent, useLiveEvents } from '../../lib/live.ts'
import { useNow } from '../../lib/now.ts'
import { useOnboarding } from '../onboarding/onboarding.ts'

const LISTEN_MS = 60_000

/** Whether the command worked: it turns by itself with the first event, and on demand it listens for the next one. */
export function ConnectionTest() {
  const { data, isError } = useOnboarding()
  const [since, setSince] = useState<number>()
  const [heard, setHeard] = useState<LiveEvent>()
  const [over, setOver] = useState(false)
  const first = data?.first_event_at
  useLiveEvents((event) => {
    // What was stored before is told again when the socket comes back.
    if (since !== undefined && !heard && Date.parse(event.occurred) >= since - 1000) setHeard(event)
  })
  useEffect(() => {
    if (since === undefined) return
    const timer = setTimeout(() => setOver(true), LISTEN_MS)
    return () => clearTimeout(timer)
  }, [since])
  const listening = since !== undefined && !heard && !over
  if (isError || !data) return null
  return (
    <div className="mt-3 flex flex-wrap items-center gap-x-3 gap-y-2">
      <Button
        icon="radar"
        disabled={listening}
        onClick={() => {
          setHeard(undefined)
          setOver(false)
          setSince(Date.now())
        }}
      >
        {over || heard ? 'Test again' : 'Test the connection'}
      </Button>
      <p role="status" className="flex min-w-0 flex-wrap items-center gap-2 text-text-2">
        {heard ? (
          <Word look="completed" word="Connected">
            <span className="wrap-anywhere">
              {wordsOf(heard)} arrived <Timestamp at={heard.occurred} />.
            </span>
          </Word>
        ) : listening ? (
          <Word look="running" word="Listening">
            Run anything there now, or start a flow. <Left until={since + LISTEN_MS} />
          </Word>
        ) : over ? (
          <Word look="late" word="Nothing arrived">
            in 60 s. Has the command above been run in that shell, and has something run since?
          </Word>
        ) : first ? (
          <Word look="completed" word="Connected">
            The first event arrived <Timestamp at={first} />.
          </Word>
        ) : (
          <Word look="pending" word="Waiting">
            Nothing has arrived yet. This turns green with the first event.
          </Word>
        )}
      </p>
    </div>
  )
}

function Word({
  look,
  word,
  children,
}: {
  look: 'completed' | 'running' | 'late' | 'pending'
  word: string
  children: ReactNode
}) {
  return (
    <>
      <StateBadge look={look} tone="word">
        {word}
      </StateBadge>
      <span>{children}</span>
    </>
  )
}

/** Not read aloud: a voice that counts every second says nothing else. */
function Left({ until }: { until: number }) {
  const seconds = Math.max(0, Math.ceil((until - useNow()) / 1000))
  return (
    <span aria-hidden="true" className="text-text-3 tabular-nums">
      {seconds} s left
    </span>
  )
}

/** `prefect.flow-run.Running` of `brisk-lemur`, as a sentence begins. */
function wordsOf({ event, resource }: LiveEvent): string {
  const name = resource['prefect.resource.name']
  return name ? `${event} of ${name}` : event
}
