// Lays graphs out off the main thread. Results are handed over, not copied.
import { layOut } from './layout.ts'
import type { LayoutInput } from './ring-order.ts'

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<{ id: number; input: LayoutInput }>) => void) | null
  postMessage(message: unknown, transfer: Transferable[]): void
}
scope.onmessage = ({ data }) => {
  const geometry = layOut(data.input)
  const { layout, edges } = geometry
  const buffers = [
    layout.depth,
    layout.ring,
    layout.x,
    layout.y,
    layout.angle,
    layout.radius,
    layout.order,
    layout.ringStart,
    layout.inner,
    layout.outer,
    layout.ringX,
    layout.ringY,
    edges.from,
    edges.to,
    edges.bundle,
  ].map((array) => array.buffer as ArrayBuffer)
  scope.postMessage({ id: data.id, geometry }, buffers)
}
