import type { RefObject } from 'react'
import { Button, Icon, Menu, MenuItem, MenuLine, MenuRadio } from '../../components/ui/index.ts'
import { COLOURS, type ColourBy } from './colour.ts'
import { PRESETS, type Preset } from './presets.ts'

/** A button that becomes a field: what is typed dims everything else. */
export function FindBox({
  open,
  needle,
  input,
  found,
  onOpen,
  onNeedle,
  onNext,
  onClose,
}: {
  open: boolean
  needle: string
  input: RefObject<HTMLInputElement | null>
  found: number | null
  onOpen(): void
  onNeedle(text: string): void
  onNext(): void
  onClose(): void
}) {
  if (!open)
    return (
      <Button
        square
        icon="search"
        aria-label="Find a task"
        title="Find a task (/)"
        onClick={onOpen}
        className="max-md:hidden!"
      />
    )
  return (
    <span className="flex h-(--control) items-center gap-1 rounded-control border border-line-control bg-surface pr-0.5 pl-2 max-md:hidden">
      <Icon name="search" size={14} className="text-text-3" />
      <input
        ref={input}
        value={needle}
        aria-label="Find a task"
        placeholder="Find a task"
        className="w-36 bg-transparent outline-none"
        onChange={(event) => onNeedle(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose()
          else if (event.key === 'Enter') onNext()
        }}
      />
      <span className="min-w-8 text-right text-small text-text-3 tabular-nums" aria-live="polite">
        {found ?? ''}
      </span>
      <Button kind="bare" size="small" square icon="close" aria-label="Close the search" onClick={onClose} />
    </span>
  )
}

export function PresetMenu({ preset, onPreset }: { preset: Preset; onPreset(preset: Preset): void }) {
  return (
    <Menu
      trigger={
        <Button className="max-md:hidden!">
          {PRESETS[preset]}
          <Icon name="down" size={14} />
        </Button>
      }
    >
      {Object.entries(PRESETS).map(([id, label]) => (
        <MenuItem
          key={id}
          icon={preset === id ? 'check' : <span className="w-4" />}
          onSelect={() => onPreset(id as Preset)}
        >
          {label}
        </MenuItem>
      ))}
    </Menu>
  )
}

/** How the picture is coloured, and what can be done with it. */
export function ViewMenu({
  radar,
  colour,
  onColour,
  workersKnown,
  onReplay,
  onFold,
  onSave,
}: {
  radar: boolean
  colour: ColourBy
  onColour(colour: ColourBy): void
  workersKnown: boolean
  onReplay: (() => void) | undefined
  onFold: (() => void) | undefined
  onSave(kind: 'png' | 'svg'): void
}) {
  const options = (Object.keys(COLOURS) as ColourBy[])
    .filter((id) => id !== 'worker' || workersKnown || colour === 'worker')
    .map((id) => ({ id, label: COLOURS[id] }))
  return (
    <Menu trigger={<Button square icon="more" aria-label="View options" title="View options" />}>
      {radar ? (
        <>
          <MenuRadio
            label="Colours"
            value={colour}
            onChange={(value) => onColour(value as ColourBy)}
            options={options}
          />
          <MenuLine />
        </>
      ) : null}
      {onReplay ? (
        <MenuItem icon="play" keys="Space" onSelect={onReplay}>
          Replay the run
        </MenuItem>
      ) : null}
      {onFold ? (
        <MenuItem icon="minus" onSelect={onFold}>
          Fold all groups
        </MenuItem>
      ) : null}
      {radar ? (
        <>
          <MenuItem icon="download" onSelect={() => onSave('png')}>
            Save as PNG
          </MenuItem>
          <MenuItem icon="download" onSelect={() => onSave('svg')}>
            Save as SVG
          </MenuItem>
        </>
      ) : null}
    </Menu>
  )
}
