import { Button, Checkbox, Dialog, DialogBody, DialogFoot, Kbd } from '../../components/ui/index.ts'
import { useShortcutsEnabled } from '../../lib/preferences.ts'
import { isMac } from '../../lib/shortcuts.ts'

const mod = (key: string): string => (isMac ? `⌘ ${key}` : `Ctrl ${key}`)
const GROUPS: { title: string; rows: [keys: string[], what: string][] }[] = [
  {
    title: 'Everywhere',
    rows: [
      [[mod('K')], 'Find or do'],
      [[isMac ? '⌘ ⇧ K' : 'Ctrl Shift K'], 'Switch workspace'],
      [['/'], 'Filter, where there is one'],
      [['['], 'Narrow or widen the sidebar'],
      [['?'], 'This sheet'],
    ],
  },
  {
    title: 'Go to',
    rows: [
      [['g', 'h'], 'Home'],
      [['g', 'r'], 'Runs'],
      [['g', 'f'], 'Flows'],
      [['g', 'a'], 'Artifacts'],
      [['g', 's'], 'Settings of the workspace'],
      [['g', 'w'], 'Workspaces'],
    ],
  },
  {
    title: 'In lists of runs and flows',
    rows: [
      [['j', 'k'], 'Next row, previous row'],
      [['x'], 'Select the row'],
      [['X'], 'Select up to the row'],
      [['o'], 'Sum the run up at the side; open the flow'],
      [['Enter'], 'Open the row'],
      [['c'], 'Cancel what is selected'],
      [['r'], 'Retry what is selected'],
      [['Esc'], 'Select nothing'],
    ],
  },
  {
    title: 'On a run',
    rows: [
      [['r'], 'Retry, or run again'],
      [['c'], 'Cancel'],
      [[',', '.'], 'The run before, the run after'],
      [[mod('F')], 'Find in the log, when it has the focus'],
    ],
  },
  {
    title: 'In Radar, Timeline and Table',
    rows: [
      [['↑', '↓', '←', '→'], 'Walk along dependencies and rows'],
      [['Enter'], 'Open the task'],
      [['e'], 'Open a sub-flow in place'],
      [['/'], 'Find a task'],
      [['i'], 'Fold idle time in the Timeline'],
      [['Esc'], 'Select nothing'],
    ],
  },
  {
    title: 'In Radar',
    rows: [
      [['f'], 'Fit the graph'],
      [['+', '−', '0'], 'Zoom in, out, to full size'],
      [['x'], 'Critical path'],
      [['p'], 'Light a path: where it begins, and where it ends'],
      [['o'], 'Show a sub-flow alone'],
      [['Space'], 'Replay'],
    ],
  },
]

export default function ShortcutSheet({
  open,
  onOpenChange,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  const [on, setOn] = useShortcutsEnabled()
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts" wide>
      <DialogBody className="sm:grid-cols-2! gap-x-8!">
        {GROUPS.map((group) => (
          <section key={group.title}>
            <h3 className="mb-1 text-small font-regular text-text-3">{group.title}</h3>
            <dl>
              {group.rows.map(([keys, what]) => (
                <div
                  key={what}
                  className="flex min-h-7 items-center gap-3 border-b border-line last:border-0"
                >
                  <dt className="order-2 ml-auto flex gap-1">
                    {keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </DialogBody>
      <DialogFoot
        note={
          <Checkbox
            label="Shortcuts of a single key"
            checked={on}
            onChange={(event) => setOn(event.target.checked)}
          />
        }
      >
        <Button onClick={() => onOpenChange(false)}>Close</Button>
      </DialogFoot>
    </Dialog>
  )
}
