import { Fragment, useState } from 'react'
import { CopyTextButton, TabPanel, Tabs } from '../../components/ui/index.ts'
import type { Code } from './connect.ts'

/** Quoted values stand out, because they are what differs from one person to the next. */
function Line({ text }: { text: string }) {
  return (
    <>
      {text.split(/("[^"]*")/).map((part, index) =>
        part.startsWith('"') ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a line have no other identity
          <span key={index} className="text-accent">
            {part}
          </span>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <Fragment key={index}>{part}</Fragment>
        ),
      )}
    </>
  )
}

/** The same thing for several tools. Long commands are shown in lines and copied as one. */
export function CodeTabs({ tabs, label }: { tabs: readonly Code[]; label: string }) {
  const [chosen, setChosen] = useState(tabs[0]?.id ?? '')
  const current = tabs.find((tab) => tab.id === chosen) ?? tabs[0]
  if (!current) return null
  return (
    <div className="min-w-0 rounded-control border border-line-strong bg-sunken">
      <Tabs
        value={current.id}
        onChange={setChosen}
        tabs={tabs}
        label={label}
        listClassName="gap-3 pr-1.5 pl-3.5"
        end={<CopyTextButton text={current.text} size="small" />}
      >
        {tabs.map((tab) => (
          <TabPanel key={tab.id} value={tab.id}>
            <pre
              className="px-3.5 py-3 font-mono text-small leading-5.5 wrap-anywhere whitespace-pre-wrap"
              data-code={tab.id}
            >
              {tab.lines.map((line, index) => (
                <span
                  key={line}
                  className={
                    tab.shell
                      ? index === 0
                        ? 'block pl-[2ch] -indent-[2ch]'
                        : 'block pl-[4ch] -indent-[2ch]'
                      : 'block'
                  }
                >
                  {tab.shell && index === 0 ? (
                    <span className="text-text-3 select-none" aria-hidden="true">
                      ${' '}
                    </span>
                  ) : null}
                  <Line text={line} />
                </span>
              ))}
            </pre>
          </TabPanel>
        ))}
      </Tabs>
    </div>
  )
}
