import { useEffect, useRef, useState } from 'react'
import type { Geometry } from './layout.ts'
import { LayoutClient } from './layout-client.ts'
import type { GraphModel } from './model.ts'

/** The newest model that has a geometry: recolouring is at once, new nodes wait for the worker. */
export function useGeometry(model: GraphModel): { geometry: Geometry | null; shown: GraphModel | null } {
  const client = useRef<LayoutClient | null>(null)
  const [laid, setLaid] = useState<{ model: GraphModel; geometry: Geometry } | null>(null)
  const last = useRef(laid)
  last.current = laid
  const asked = useRef(0)
  useEffect(() => {
    const before = last.current
    if (before && sameShape(before.model, model)) return
    client.current ??= new LayoutClient()
    const previous = before ? keptAngles(before, model) : undefined
    // New nodes come in bursts while a run starts its tasks; the picture follows twice a second.
    const wait = before ? Math.max(0, 500 - (Date.now() - asked.current)) : 0
    const timer = setTimeout(() => {
      asked.current = Date.now()
      client.current?.ask(model, previous, (geometry) => setLaid({ model, geometry }))
    }, wait)
    return () => clearTimeout(timer)
  }, [model])
  useEffect(
    () => () => {
      client.current?.close()
      client.current = null
    },
    [],
  )
  if (!laid) return { geometry: null, shown: null }
  return { geometry: laid.geometry, shown: sameShape(laid.model, model) ? model : laid.model }
}

function sameShape(a: GraphModel, b: GraphModel): boolean {
  if (a === b) return true
  if (a.size !== b.size || a.edges !== b.edges) return false
  for (let i = 0; i < a.size; i++) if (a.ids[i] !== b.ids[i]) return false
  for (let i = 0; i < a.edges; i++) if (a.up.items[i] !== b.up.items[i]) return false
  return true
}

function keptAngles(before: { model: GraphModel; geometry: Geometry }, model: GraphModel): Float32Array {
  return Float32Array.from(model.ids, (id) => {
    const old = before.model.index.get(id)
    return old === undefined ? Number.NaN : before.geometry.layout.angle[old]!
  })
}
