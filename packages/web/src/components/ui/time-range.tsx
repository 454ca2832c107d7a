import { Popover } from 'radix-ui'
import { useState } from 'react'
import { useZone } from '../../lib/preferences.ts'
import { RANGES, type RangeSearch, useTimeRange } from '../../lib/time-range.ts'
import { Button } from './button.tsx'
import { TextField } from './field.tsx'
import { Icon } from './icon.tsx'
import { Segmented } from './tabs.tsx'

const pad = (n: number) => String(n).padStart(2, '0')

/** The value of a datetime-local input for an instant, in the zone that times are shown in. */
export function toInput(ms: number, zone: 'local' | 'utc'): string {
  if (zone === 'utc') return new Date(ms).toISOString().slice(0, 16)
  const d = new Date(ms)
  return `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}T${pad(d.getHours())}:${pad(d.getMinutes())}`
}

export function fromInput(value: string, zone: 'local' | 'utc'): number {
  return Date.parse(zone === 'utc' ? `${value}Z` : value)
}

/** The time range that all pages of the workspace share: relative, or from a moment to another. */
export function TimeRangePicker() {
  const { range, setRange } = useTimeRange()
  const [open, setOpen] = useState(false)
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button kind="bare" icon="clock">
          <span className="max-w-60 truncate">{range.label}</span>
          <Icon name="down" size={14} />
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label="Time range"
          className="z-50 w-85 max-w-[calc(100vw-16px)] rounded-menu border border-line-strong bg-raised p-3 shadow-float outline-none"
        >
          <RangeForm
            onDone={(next) => {
              setRange(next)
              setOpen(false)
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function RangeForm({ onDone }: { onDone: (next: RangeSearch) => void }) {
  const { range } = useTimeRange()
  const [zone, setZone] = useZone()
  const [bounds, setBounds] = useState(() => range.bounds())
  const [from, setFrom] = useState(() => toInput(bounds.since, zone))
  const [to, setTo] = useState(() => toInput(bounds.until, zone))
  const since = fromInput(from, zone)
  const until = fromInput(to, zone)
  const valid = since < until
  return (
    <div className="grid gap-3">
      <div className="grid grid-cols-2 gap-1">
        {Object.entries(RANGES).map(([name, { label }]) => (
          <Button
            key={name}
            kind="bare"
            className={`justify-start! ${range.name === name ? 'bg-selected! text-text!' : ''}`}
            aria-pressed={range.name === name}
            onClick={() => onDone({ range: name as keyof typeof RANGES })}
          >
            {label}
          </Button>
        ))}
      </div>
      <form
        className="grid gap-3 border-t border-line pt-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (valid) onDone({ from: new Date(since).toISOString(), to: new Date(until).toISOString() })
        }}
      >
        <TextField
          label="From"
          type="datetime-local"
          required
          value={from}
          onChange={(event) => setFrom(event.target.value)}
        />
        <TextField
          label="To"
          type="datetime-local"
          required
          value={to}
          onChange={(event) => setTo(event.target.value)}
          error={valid || !from || !to ? undefined : 'This is before the start.'}
        />
        <div className="flex items-center gap-2">
          <Segmented
            label="Time zone"
            value={zone}
            onChange={(next) => {
              setBounds(Number.isNaN(since) || Number.isNaN(until) ? bounds : { since, until })
              if (!Number.isNaN(since)) setFrom(toInput(since, next))
              if (!Number.isNaN(until)) setTo(toInput(until, next))
              setZone(next)
            }}
            options={[
              { id: 'local', label: 'Local' },
              { id: 'utc', label: 'UTC' },
            ]}
          />
          <Button kind="main" type="submit" className="ml-auto" disabled={!valid}>
            Show
          </Button>
        </div>
      </form>
    </div>
  )
}
