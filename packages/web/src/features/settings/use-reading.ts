import { useLocation } from '@tanstack/react-router'
import { useEffect, useState } from 'react'

/**
 * The section that is being read: the last one whose head has come into the upper third of the screen, or the last
 * of all at the very end of the page. One that was asked for by its address counts until the page is scrolled on.
 */
export function useReading(sections: readonly { id: string }[]): string {
  const { hash } = useLocation()
  const [here, setHere] = useState(() => hash || (sections[0]?.id ?? ''))

  useEffect(() => {
    // Where the page stands after it was led to a section; the last ones cannot come to the top of it.
    let led: number | undefined
    const asked = sections.find((section) => section.id === hash)?.id
    if (asked) setHere(asked)
    const look = () => {
      if (asked && (led === undefined || Math.abs(scrollY - led) < 4)) {
        led ??= scrollY
        return
      }
      const page = document.documentElement
      const atEnd = scrollY > 0 && scrollY + innerHeight >= page.scrollHeight - 2
      const begun = sections.filter(({ id }) => {
        const top = document.getElementById(id)?.getBoundingClientRect().top
        return top !== undefined && top < innerHeight / 3
      })
      const reading = atEnd ? sections.at(-1) : (begun.at(-1) ?? sections[0])
      if (reading) setHere(reading.id)
    }
    addEventListener('scroll', look, { passive: true })
    return () => removeEventListener('scroll', look)
  }, [hash, sections])

  return here
}
