import { clsx } from 'clsx'

// One 16 px grid, one 1.4 px line, round ends.
const PATHS = {
  home: 'M2.5 7.5L8 3l5.5 4.5M4 6.5V13h8V6.5',
  runs: 'M2.5 4h6M2.5 8h11M2.5 12h4M10.5 4h3M8.5 12h5',
  flows:
    'M4 5.6v4.8M5.6 4h2.9a2 2 0 012 2v4.2M4 4m-1.6 0a1.6 1.6 0 103.2 0 1.6 1.6 0 10-3.2 0M4 12m-1.6 0a1.6 1.6 0 103.2 0 1.6 1.6 0 10-3.2 0M10.5 12m-1.6 0a1.6 1.6 0 103.2 0 1.6 1.6 0 10-3.2 0',
  deployments: 'M8 2.5l5 2.75v5.5L8 13.5l-5-2.75v-5.5zM3 5.25L8 8l5-2.75M8 8v5.5',
  pools:
    'M2.5 4.5c0-1.1 2.5-2 5.5-2s5.5.9 5.5 2-2.5 2-5.5 2-5.5-.9-5.5-2zM2.5 4.5v7c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2v-7M2.5 8c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2',
  automations: 'M9 2.5L3.5 9H8l-1 4.5L12.5 7H8z',
  events: 'M2 8.5h2.5l2-5 3 9 2-4H14',
  artifacts: 'M3.5 2.5h6l3 3v8h-9zM9.5 2.5v3h3',
  block: 'M3 3h4v4H3zM9 3h4v4H9zM3 9h4v4H3zM9 9h4v4H9z',
  variables:
    'M5 2.5C3.5 2.5 4 5 4 6.2S3.2 8 2.5 8c.7 0 1.5.6 1.5 1.8s-.5 3.7 1 3.7M11 2.5c1.5 0 1 2.5 1 3.7S12.8 8 13.5 8c-.7 0-1.5.6-1.5 1.8s.5 3.7-1 3.7',
  concurrency: 'M3 13V8M6.3 13V3M9.6 13V6M13 13v-3',
  webhook: 'M6.5 9.5l3-3M7 4.5l1.3-1.3a2.8 2.8 0 014 4L11 8.5M9 11.5l-1.3 1.3a2.8 2.8 0 01-4-4L5 7.5',
  search: 'M7 12A5 5 0 107 2a5 5 0 000 10zM10.6 10.6L14 14',
  down: 'M4 6l4 4 4-4',
  right: 'M6 4l4 4-4 4',
  left: 'M10 4L6 8l4 4',
  updown: 'M5 6l3-3 3 3M5 10l3 3 3-3',
  bell: 'M4 11.5V7a4 4 0 018 0v4.5M2.5 11.5h11M6.8 13.5h2.4',
  clock: 'M8 14A6 6 0 108 2a6 6 0 000 12zM8 5v3.3l2.2 1.3',
  close: 'M4 4l8 8M12 4l-8 8',
  plus: 'M8 3v10M3 8h10',
  retry: 'M13 8a5 5 0 11-1.5-3.5L13 6M13 2.8V6H9.8',
  play: 'M5 3.5l7.5 4.5L5 12.5z',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  filter: 'M2.5 4h11M4.5 8h7M6.5 12h3',
  columns: 'M3 3h10v10H3zM7 3v10',
  radar: 'M5.4 13.5a6 6 0 115.2 0M6.6 10.7a3 3 0 112.8 0M8 8h.01',
  timeline: 'M2.5 4h5M5 8h6M8.5 12h5',
  table: 'M2.5 3.5h11v9h-11zM2.5 6.5h11M6 6.5v6',
  copy: 'M6 6h7.5v7.5H6zM10 6V2.5H2.5V10H6',
  download: 'M8 3v7M5 7.5L8 10.5l3-3M3 13h10',
  star: 'M8 2.5l1.7 3.5 3.8.500-2.8 2.7.700 3.8L8 11.2 4.6 13l.7-3.8L2.5 6.5 6.3 6z',
  edit: 'M3 13l.6-2.8L11 2.8 13.2 5l-7.4 7.4z',
  trash: 'M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.5 9h6l.5-9',
  gear: 'M8 10a2 2 0 100-4 2 2 0 000 4zM8 2v1.8M8 12.2V14M2 8h1.8M12.2 8H14M3.8 3.8l1.2 1.2M11 11l1.2 1.2M3.8 12.2L5 11M11 5l1.2-1.2',
  fit: 'M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3',
  minus: 'M3 8h10',
  wrap: 'M2.5 4h11M2.5 8h9a2 2 0 010 4.5H8M9.5 11L8 12.5 9.5 14M2.5 12h3',
  link: 'M6.5 9.5l3-3M7 4.5l1.3-1.3a2.8 2.8 0 014 4L11 8.5M9 11.5l-1.3 1.3a2.8 2.8 0 01-4-4L5 7.5',
  warn: 'M8 2.5L14 13H2zM8 6.5v3M8 11.3h.01',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  key: 'M9.5 9.5a3.5 3.5 0 10-3-3L2.5 10.5v3h3v-2h2z',
  user: 'M8 8a2.7 2.7 0 100-5.4A2.7 2.7 0 008 8zM3 13.5c.5-2.5 2.5-4 5-4s4.5 1.5 5 4',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  tag: 'M2.5 2.5h5l6 6-5 5-6-6zM5.3 5.3h.01',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  stop: 'M8 14A6 6 0 108 2a6 6 0 000 12zM4 12L12 4',
  external: 'M9 3h4v4M13 3L7.5 8.5M11 9.5V13H3V5h3.5',
  arrowDown: 'M8 3v9.5M4.5 9L8 12.5 11.5 9',
  arrowUp: 'M8 13V3.5M4.5 7L8 3.5 11.5 7',
  command:
    'M5.7 5.7h4.6v4.6H5.7zM5.7 5.7V4.1a1.6 1.6 0 10-1.6 1.6zM10.3 5.7h1.6a1.6 1.6 0 10-1.6-1.6zM10.3 10.3v1.6a1.6 1.6 0 101.6-1.6zM5.7 10.3H4.1a1.6 1.6 0 101.6 1.6z',
  help: 'M8 14A6 6 0 108 2a6 6 0 000 12zM6.2 6.3a1.8 1.8 0 113 1.5c-.8.600-1.2.900-1.2 1.7M8 11.3h.01',
  scatter: 'M3 12.5h.01M5.5 9h.01M8 10.5h.01M8.5 5h.01M11 7.5h.01M13 3.5h.01',
  bars: 'M3.5 13V9M6.5 13V5M9.5 13V7.5M12.5 13V3',
  sun: 'M8 10.8a2.8 2.8 0 100-5.6 2.8 2.8 0 000 5.6zM8 1.8v1.4M8 12.8v1.4M1.800 8h1.4M12.800 8h1.4M3.6 3.6l1 1M11.4 11.4l1 1M3.6 12.4l1-1M11.4 4.6l1-1',
  moon: 'M13 9.6A5.500 5.500 0 016.4 3 5.500 5.500 0 1013 9.6z',
  screen: 'M2.500 3.500h11v7.500h-11zM6 13.500h4M8 11v2.500',
  lock: 'M4 7.500h8v6H4zM5.800 7.500V5.300a2.200 2.200 0 014.400 0v2.200',
  leave: 'M6.500 3H3v10h3.500M10 5l3 3-3 3M13 8H6.500',
  shield: 'M8 2.2l5 1.800v4c0 3-2 5-5 6-3-1-5-3-5-6V4z',
  terminal: 'M2.500 3h11v10h-11zM5 6.200L7 8l-2 1.800M8.500 10H11',
} as const

export type IconName = keyof typeof PATHS

/** A decorative icon; the control around it carries the name. */
export function Icon({ name, className, size = 16 }: { name: IconName; className?: string; size?: number }) {
  return (
    <svg
      className={clsx('block flex-none', className)}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  )
}
