import { Link, useLocation } from '@tanstack/react-router'
import { clsx } from 'clsx'
import { Dialog as Radix } from 'radix-ui'
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react'
import {
  Button,
  Icon,
  type IconName,
  Kbd,
  Mark,
  TimeRangePicker,
  Tooltip,
  TooltipProvider,
} from '../../components/ui/index.ts'
import { usePageFacts } from '../../lib/page.ts'
import { useStored } from '../../lib/preferences.ts'
import { isMac, useShortcuts } from '../../lib/shortcuts.ts'
import type { PaletteScope } from './palette.tsx'
import { UserMenu } from './user-menu.tsx'

const loadPalette = () => import('./palette.tsx')
const Palette = lazy(loadPalette)
const ShortcutSheet = lazy(() => import('./shortcut-sheet.tsx'))

export interface NavItem {
  label: string
  icon: IconName
  /** A complete path. */
  to: string
  end?: ReactNode
}

export interface NavGroup {
  label?: string
  items: readonly NavItem[]
}

/** The frame around every page behind the sign-in: sidebar, top bar, palette and the shared shortcuts. */
export function Frame({
  head,
  home,
  nav,
  views,
  root,
  live,
  children,
}: {
  /** What stands beside the mark: the switcher. */
  head: ReactNode
  /** Where the mark leads: the list of workspaces, or the dashboard where there is only one. */
  home: { to: string; label: string }
  nav: readonly NavGroup[]
  /** What the sidebar holds below its links: the pinned views. */
  views?: (rail: boolean) => ReactNode
  /** The first crumbs. */
  root: readonly { label: string; to: string }[]
  live?: ReactNode
  children: ReactNode
}) {
  const facts = usePageFacts()
  const [collapsed, setCollapsed] = useStored('sidebar')
  const [drawer, setDrawer] = useState(false)
  const [palette, setPalette] = useState<PaletteScope | false>(false)
  const [sheet, setSheet] = useState(false)
  const location = useLocation()
  // Pages that need the width have a choice of their own: narrow, until one asks otherwise.
  const [wide, setWide] = useStored('sidebar.wide')
  const rail = facts.rail ? wide === null : collapsed === 'rail'
  const fold = (): void => (facts.rail ? setWide(rail ? 'yes' : null) : setCollapsed(rail ? null : 'rail'))

  // Loaded before it is asked for: what is typed right after its shortcut would be lost otherwise.
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette(), 1_500)
    return () => clearTimeout(timer)
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the drawer
  useEffect(() => setDrawer(false), [location.pathname])

  useShortcuts([
    { keys: 'mod+k', run: () => setPalette((open) => (open ? false : 'all')) },
    { keys: 'mod+shift+k', run: () => setPalette((open) => (open ? false : 'workspaces')) },
    { keys: '?', run: () => setSheet(true) },
    { keys: '[', run: fold },
    {
      keys: '/',
      run: () => {
        const filter = document.querySelector<HTMLElement>('[data-filter]')
        if (filter) filter.focus()
        else setPalette('all')
      },
    },
  ])

  return (
    <TooltipProvider delayDuration={400}>
      <div
        className={clsx(
          'grid min-h-dvh grid-cols-[minmax(0,1fr)]',
          rail ? 'md:grid-cols-[var(--rail)_minmax(0,1fr)]' : 'md:grid-cols-[var(--side)_minmax(0,1fr)]',
        )}
      >
        <a
          href="#page"
          className="fixed top-2 left-2 z-60 -translate-y-20 rounded-control border border-line-strong bg-raised px-3 py-1.5 font-medium focus:translate-y-0"
        >
          Skip to the page
        </a>
        <aside
          className="sticky top-0 hidden h-dvh flex-col border-r border-line bg-sunken md:flex"
          aria-label="Sidebar"
        >
          <SidebarBody
            rail={rail}
            head={head}
            home={home}
            nav={nav}
            views={views}
            onHelp={() => setSheet(true)}
            onFold={fold}
          />
        </aside>
        <Radix.Root open={drawer} onOpenChange={setDrawer}>
          <Radix.Portal>
            <Radix.Overlay className="fixed inset-0 z-30 bg-scrim md:hidden" />
            <Radix.Content
              aria-describedby={undefined}
              className="fixed inset-y-0 left-0 z-30 flex w-66 max-w-[85vw] flex-col border-r border-line-strong bg-sunken outline-none md:hidden motion-safe:animate-[slide-in_var(--t-move)_var(--ease)]"
            >
              <Radix.Title className="sr-only">Menu</Radix.Title>
              <SidebarBody
                rail={false}
                head={head}
                home={home}
                nav={nav}
                views={views}
                onHelp={() => setSheet(true)}
              />
            </Radix.Content>
          </Radix.Portal>
        </Radix.Root>

        <div className={clsx('flex min-w-0 flex-col', facts.full && 'md:h-dvh md:overflow-hidden')}>
          <header className="sticky top-0 z-10 flex h-(--bar) flex-none items-center gap-1 border-b border-line bg-canvas px-3 md:gap-3 md:px-6">
            <Button
              kind="bare"
              square
              icon="menu"
              aria-label="Menu"
              className="md:hidden"
              onClick={() => setDrawer(true)}
            />
            <Breadcrumb root={root} />
            <div className="ml-auto flex items-center gap-1 md:gap-2">
              {facts.timeRange ? <TimeRangePicker /> : null}
              {live}
              <button
                type="button"
                onClick={() => setPalette('all')}
                aria-keyshortcuts={isMac ? 'Meta+K' : 'Control+K'}
                className="hidden h-(--control) min-w-52 items-center gap-2 rounded-control border border-line-strong bg-surface px-2 text-text-3 hover:border-line-control md:flex"
              >
                <Icon name="search" />
                Find or do
                <span className="ml-auto">
                  <Kbd>{isMac ? '⌘K' : 'Ctrl K'}</Kbd>
                </span>
              </button>
              <Button
                kind="bare"
                square
                icon="search"
                aria-label="Find or do"
                className="md:hidden"
                onClick={() => setPalette('all')}
              />
            </div>
          </header>
          <main
            id="page"
            tabIndex={-1}
            className={clsx('min-w-0 outline-none', facts.full && 'flex min-h-0 flex-1 flex-col')}
          >
            {children}
          </main>
        </div>
        <Suspense>
          {palette ? (
            <Palette scope={palette} onClose={() => setPalette(false)} onShortcuts={() => setSheet(true)} />
          ) : null}
          {sheet ? <ShortcutSheet open onOpenChange={setSheet} /> : null}
        </Suspense>
      </div>
    </TooltipProvider>
  )
}

function Breadcrumb({ root }: { root: readonly { label: string; to: string }[] }) {
  const facts = usePageFacts()
  const crumbs = [...root, ...facts.crumbs.map((crumb) => ({ label: crumb.label, to: crumb.to }))]
  return (
    <nav aria-label="Breadcrumb" className="min-w-0">
      <ol className="flex min-w-0 items-center gap-1.75 whitespace-nowrap text-text-3">
        {crumbs.map((crumb, index) => {
          const last = index === crumbs.length - 1
          return (
            <li
              key={crumb.to ?? crumb.label}
              className={clsx(
                'flex min-w-0 items-center gap-1.75',
                last ? 'shrink' : 'hidden shrink-[2] md:flex',
              )}
            >
              {index > 0 ? (
                <span aria-hidden="true" className="hidden md:inline">
                  /
                </span>
              ) : null}
              {last || !crumb.to ? (
                <span
                  aria-current={last ? 'page' : undefined}
                  className={clsx('clip', last && 'font-medium text-text')}
                  title={crumb.label}
                >
                  {crumb.label}
                </span>
              ) : (
                <CrumbLink to={crumb.to} label={crumb.label} />
              )}
            </li>
          )
        })}
      </ol>
    </nav>
  )
}

function CrumbLink({ to, label }: { to: string; label: string }) {
  return (
    <Link to={to as '/'} className="clip max-w-48 text-text-2 hover:text-text" title={label}>
      {label}
    </Link>
  )
}

function SidebarBody({
  rail,
  head,
  home,
  nav,
  views,
  onHelp,
  onFold,
}: {
  rail: boolean
  head: ReactNode
  home: { to: string; label: string }
  nav: readonly NavGroup[]
  views: ((rail: boolean) => ReactNode) | undefined
  onHelp: () => void
  /** Absent where there is nothing to narrow: in the drawer. */
  onFold?: () => void
}) {
  return (
    <>
      <div className={clsx('mb-1 flex h-14 flex-none items-center gap-1', rail ? 'justify-center' : 'px-2')}>
        <Link
          to={home.to as '/'}
          aria-label={home.label}
          title={home.label}
          className="grid size-9 flex-none place-items-center rounded-control hover:bg-hover"
        >
          <Mark size={26} />
        </Link>
        {rail ? null : <div className="min-w-0 flex-1">{head}</div>}
      </div>
      <nav aria-label="Main" className={clsx('min-h-0 flex-1 overflow-y-auto', rail ? 'px-2' : 'px-2')}>
        {nav.map((group, index) => (
          <div key={group.label ?? index}>
            {group.label ? (
              rail ? (
                <hr className="mx-1.5 my-2 border-line" />
              ) : (
                <h2 className="px-2 pt-4 pb-1 text-small font-regular text-text-3">{group.label}</h2>
              )
            ) : null}
            <ul>
              {group.items.map((item) => (
                <li key={item.to}>
                  <NavLink item={item} rail={rail} />
                </li>
              ))}
            </ul>
          </div>
        ))}
        {views?.(rail)}
      </nav>
      {rail && onFold ? (
        <div className="flex flex-none justify-center pb-1.5">
          <Button
            kind="bare"
            square
            icon="right"
            aria-label="Widen the sidebar"
            title="Widen the sidebar ([)"
            onClick={onFold}
          />
        </div>
      ) : null}
      <div
        className={clsx(
          'flex h-12 flex-none items-center gap-1 border-t border-line',
          rail ? 'mx-2 justify-center' : 'mx-2 justify-between',
        )}
      >
        <UserMenu rail={rail} />
        {rail ? null : (
          <span className="flex">
            <Button
              kind="bare"
              square
              icon="help"
              aria-label="Keyboard shortcuts"
              title="Keyboard shortcuts (?)"
              onClick={onHelp}
            />
            {onFold ? (
              <Button
                kind="bare"
                square
                icon="left"
                aria-label="Narrow the sidebar"
                title="Narrow the sidebar ([)"
                onClick={onFold}
              />
            ) : null}
          </span>
        )}
      </div>
    </>
  )
}

function NavLink({ item, rail }: { item: NavItem; rail: boolean }) {
  const link = (
    <Link
      to={item.to as '/'}
      activeOptions={{ includeSearch: false }}
      aria-label={rail ? item.label : undefined}
      className={clsx(
        'flex h-(--control) items-center gap-2.5 rounded-control px-2 font-medium text-text-2 [&>svg]:text-text-3 hover:bg-hover hover:text-text',
        'data-[status=active]:bg-selected data-[status=active]:text-text data-[status=active]:[&>svg]:text-accent',
        rail && 'justify-center',
      )}
    >
      <Icon name={item.icon} />
      {rail ? null : <span className="clip">{item.label}</span>}
      {rail ? null : item.end ? <span className="ml-auto">{item.end}</span> : null}
    </Link>
  )
  return rail ? (
    <Tooltip text={item.label} side="right">
      {link}
    </Tooltip>
  ) : (
    link
  )
}
