import { Button, Icon, Menu, MenuRadio } from '../../components/ui/index.ts'
import { duration } from '../../lib/format.ts'
import type { Replay } from './use-replay.ts'

/** Play, the moment as a slider, the speed. The hand on the rim of the Radar moves the same moment. */
export function ReplayBar({ replay, words }: { replay: Replay; words: string }) {
  const { from, to, playing, speed } = replay
  const at = replay.at ?? to
  const total = Math.max(1, to - from)
  const share = Math.round(((at - from) / total) * 1000) / 1000
  return (
    <fieldset
      aria-label="Replay"
      className="absolute bottom-3 left-1/2 z-3 flex h-9 w-[min(400px,calc(100%-24px))] -translate-x-1/2 items-center gap-1.5 rounded-control border border-line-strong bg-raised px-1 text-small shadow-float"
    >
      <Button
        kind="bare"
        size="small"
        square
        icon={playing ? 'pause' : 'play'}
        aria-label={playing ? 'Pause' : 'Play'}
        title={`${playing ? 'Pause' : 'Play'} (Space)`}
        onClick={replay.toggle}
      />
      <input
        type="range"
        min={0}
        max={1000}
        step={1}
        value={Math.round(share * 1000)}
        aria-label="Moment of the run"
        aria-valuetext={`${words}, ${duration((at - from) / 1000)} after the start`}
        className="h-6 min-w-0 flex-1 cursor-pointer accent-(--accent-solid)"
        onChange={(event) => replay.seek(from + (Number(event.target.value) / 1000) * total)}
        onKeyDown={(event) => {
          if (event.key === ' ') {
            event.preventDefault()
            replay.toggle()
          }
        }}
      />
      <span className="min-w-16 text-right whitespace-nowrap text-text-2 tabular-nums">{words}</span>
      <Menu
        side="top"
        trigger={
          <Button kind="bare" size="small" aria-label={`Speed ${speed}×`} title="Speed">
            {speed}×
          </Button>
        }
      >
        <MenuRadio
          label="Times as fast as the run"
          value={String(speed)}
          onChange={(value) => replay.setSpeed(Number(value))}
          options={replay.speeds.map((each) => ({ id: String(each), label: `${each}×` }))}
        />
      </Menu>
      <Button
        kind="bare"
        size="small"
        square
        aria-label="End the replay"
        title="End the replay"
        onClick={replay.leave}
      >
        <Icon name="close" size={14} />
      </Button>
    </fieldset>
  )
}
