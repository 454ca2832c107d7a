import { clsx } from 'clsx'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Button, type ButtonLook } from './button.tsx'
import { toast } from './toast.tsx'

/** Copies to the clipboard, also on plain http, where the modern API does not exist. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    area.style.position = 'fixed'
    area.style.opacity = '0'
    // Inside an open dialog, because its focus trap takes the focus back from outside of it.
    ;(document.querySelector('[role="dialog"]') ?? document.body).append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}

function useCopy(text: string, onCopied?: () => void): [copied: boolean, copy: () => void] {
  const [copied, setCopied] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  return [
    copied,
    () => {
      void copyText(text).then((done) => {
        if (!done) {
          toast({
            title: 'Not copied',
            text: 'The browser refused. Select the text and copy it by hand.',
            look: 'failed',
          })
          return
        }
        setCopied(true)
        onCopied?.()
        clearTimeout(timer.current)
        timer.current = setTimeout(() => setCopied(false), 2_000)
      })
    },
  ]
}

/** A small square button that copies. */
export function CopyButton({
  text,
  label = 'Copy',
  className,
}: {
  text: string
  label?: string
  className?: string
}) {
  const [copied, copy] = useCopy(text)
  return (
    <>
      <Button
        kind="bare"
        size="small"
        square
        icon={copied ? 'check' : 'copy'}
        aria-label={label}
        title={label}
        onClick={copy}
        {...(className && { className })}
      />
      <span role="status" className="sr-only">
        {copied ? 'Copied' : ''}
      </span>
    </>
  )
}

/** A button that copies and says so. */
export function CopyTextButton({
  text,
  children = 'Copy',
  onCopied,
  ...look
}: { text: string; children?: ReactNode; onCopied?: () => void } & ButtonLook) {
  const [copied, copy] = useCopy(text, onCopied)
  return (
    <Button {...look} icon={copied ? 'check' : 'copy'} onClick={copy}>
      <span aria-live="polite">{copied ? 'Copied' : children}</span>
    </Button>
  )
}

/** A value of a machine (an id, a handle) with its copy button. */
export function Copyable({
  text,
  shown,
  label,
  className,
}: {
  text: string
  shown?: ReactNode
  label?: string
  className?: string
}) {
  return (
    <span className={clsx('inline-flex max-w-full min-w-0 items-center gap-1', className)}>
      <span className="clip font-mono text-small" title={text}>
        {shown ?? text}
      </span>
      <CopyButton text={text} label={label ?? 'Copy'} />
    </span>
  )
}

/** A command to be run in a shell. It is copied as one line, however it is shown. */
export function Command({
  command,
  children,
  className,
}: {
  command: string
  children?: ReactNode
  className?: string
}) {
  return (
    <div
      className={clsx(
        'flex w-full min-w-0 items-center gap-1 rounded-control border border-line-strong bg-sunken py-1 pr-1 pl-2.5 font-mono text-small',
        className,
      )}
    >
      <code className="min-w-0 flex-1 font-mono wrap-anywhere">
        <span className="text-text-3 select-none" aria-hidden="true">
          ${' '}
        </span>
        {children ?? command}
      </code>
      <CopyButton text={command} label="Copy the command" />
    </div>
  )
}
