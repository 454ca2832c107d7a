import { clsx } from 'clsx'
import type { ComponentProps } from 'react'
import { Icon, type IconName } from './icon.tsx'

export type ButtonKind = 'plain' | 'main' | 'bad' | 'bare' | 'bare-bad' | 'act'
export type ButtonSize = 'normal' | 'tall' | 'small'

export interface ButtonLook {
  kind?: ButtonKind
  size?: ButtonSize
  icon?: IconName
  /** Only an icon; give the control an `aria-label`. */
  square?: boolean
}

export function buttonClass({ kind = 'plain', size = 'normal', square = false }: ButtonLook): string {
  return clsx(
    'inline-flex flex-none items-center justify-center gap-1.5 rounded-control border font-medium whitespace-nowrap transition-colors',
    'disabled:border-line disabled:bg-sunken disabled:text-text-3',
    size === 'normal' && 'h-(--control)',
    size === 'tall' && 'h-9 text-base',
    size === 'small' && 'h-6.5',
    square
      ? size === 'small'
        ? 'w-6.5'
        : size === 'tall'
          ? 'w-9'
          : 'w-(--control)'
      : size === 'tall'
        ? 'px-4'
        : 'px-2.75',
    kind === 'plain' && 'border-line-strong bg-surface text-text enabled:hover:bg-hover [a]:hover:bg-hover',
    kind === 'main' &&
      'border-accent-solid bg-accent-solid text-on-accent enabled:hover:bg-accent-solid-hover [a]:hover:bg-accent-solid-hover',
    kind === 'bad' && 'border-line-strong bg-surface text-failed enabled:hover:bg-hover',
    kind === 'bare' &&
      'border-transparent bg-transparent text-text-2 enabled:hover:bg-hover enabled:hover:text-text [a]:hover:bg-hover [a]:hover:text-text disabled:border-transparent disabled:bg-transparent',
    kind === 'bare-bad' &&
      'border-transparent bg-transparent text-failed enabled:hover:bg-hover disabled:border-transparent disabled:bg-transparent',
    kind === 'act' &&
      'border-transparent bg-transparent text-accent enabled:hover:bg-hover [a]:hover:bg-hover',
  )
}

/** A button. `busy` shows that its work is under way and ignores further presses without losing the focus. */
export function Button({
  kind,
  size,
  icon,
  square,
  busy = false,
  className,
  children,
  onClick,
  ...rest
}: ButtonLook & { busy?: boolean } & ComponentProps<'button'>) {
  return (
    <button
      type="button"
      className={clsx(
        buttonClass({ ...(kind && { kind }), ...(size && { size }), ...(square && { square }) }),
        className,
      )}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {busy ? <BusyArc /> : icon ? <Icon name={icon} size={15} /> : null}
      {children}
    </button>
  )
}

function BusyArc() {
  return (
    <svg width={14} height={14} viewBox="-8 -8 16 16" fill="none" stroke="currentColor" aria-hidden="true">
      <path d="M0-6.2A6.2 6.2 0 11-6.200 0" strokeWidth={2} strokeLinecap="round" className="g-spin" />
    </svg>
  )
}
