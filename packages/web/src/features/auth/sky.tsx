/** The picture beside the forms: rings with a south gap, bodies on them, and one path through them. */

const CENTER = { x: 420, y: 450 }
const STEP = 75

/** A point on ring `n` at an angle in degrees, clockwise from north. */
function at(ring: number, degrees: number): [x: number, y: number] {
  const a = (degrees * Math.PI) / 180
  const r = ring * STEP + 25
  return [CENTER.x + Math.sin(a) * r, CENTER.y - Math.cos(a) * r]
}

const f = (n: number) => n.toFixed(1)

function ringPath(ring: number): string {
  const gap = 9 + 3 / ring
  const [x0, y0] = at(ring, 180 + gap)
  const [x1, y1] = at(ring, 180 - gap)
  const r = ring * STEP + 25
  return `M${f(x0)} ${f(y0)}A${r} ${r} 0 1 1 ${f(x1)} ${f(y1)}`
}

/** Edges leave and arrive radially and turn in between, as in the Radar. */
function edge(a: [number, number], b: [number, number]): string {
  const [ra, da] = a
  const [rb, db] = b
  const [x0, y0] = at(ra, da)
  const [x1, y1] = at(rb, db)
  const mid = (ra + rb) / 2
  const [cx, cy] = at(mid, da + (db - da) * 0.15)
  const [dx, dy] = at(mid, db - (db - da) * 0.15)
  return `M${f(x0)} ${f(y0)}C${f(cx)} ${f(cy)} ${f(dx)} ${f(dy)} ${f(x1)} ${f(y1)}`
}

const PATH: [ring: number, degrees: number, size: number][] = [
  [1, -42, 5],
  [2, 15, 5],
  [3, 44, 7.5],
  [4, -20, 6],
  [4, 83, 5.5],
  [5, 50, 5.5],
  [6, 32, 6],
  [5, 107, 5],
]
const EDGES: [from: number, to: number][] = [
  [0, 1],
  [1, 2],
  [2, 3],
  [2, 4],
  [4, 5],
  [5, 6],
  [4, 7],
]
const BODIES: [ring: number, degrees: number, size: number][] = [
  [1, 101, 3.5],
  [2, 72, 3.5],
  [2, -94, 6],
  [3, -60, 5],
  [3, 118, 5],
  [4, -109, 4.5],
  [5, 3, 4],
  [5, -71, 7],
  [6, -37, 5],
]

export function Sky() {
  return (
    <svg
      className="absolute inset-0 size-full"
      viewBox="0 0 840 900"
      preserveAspectRatio="xMidYMid slice"
      fill="none"
      aria-hidden="true"
    >
      {[1, 2, 3, 4, 5, 6].map((ring) => (
        <path key={ring} d={ringPath(ring)} stroke="var(--band)" strokeWidth={20} />
      ))}
      {Array.from({ length: 84 }, (_, i) => {
        const degrees = 192 + i * (336 / 83)
        const [x0, y0] = at(6.55, degrees)
        const [x1, y1] = at(i % 7 === 0 ? 6.72 : 6.63, degrees)
        return (
          <path
            key={degrees}
            d={`M${f(x0)} ${f(y0)}L${f(x1)} ${f(y1)}`}
            stroke={i % 7 === 0 ? 'var(--text-3)' : 'var(--line-strong)'}
          />
        )
      })}
      {EDGES.map(([a, b]) => {
        const from = PATH[a]
        const to = PATH[b]
        if (!from || !to) return null
        return (
          <path
            key={`${a}-${b}`}
            d={edge([from[0], from[1]], [to[0], to[1]])}
            stroke="var(--accent)"
            strokeWidth={1.75}
          />
        )
      })}
      <path
        d={`M${CENTER.x} ${CENTER.y}L${at(1, -42).map(f).join(' ')}`}
        stroke="var(--accent)"
        strokeWidth={1.75}
      />
      {BODIES.map(([ring, degrees, size]) => {
        const [x, y] = at(ring, degrees)
        return (
          <circle
            key={`${ring}${degrees}`}
            cx={x}
            cy={y}
            r={size}
            fill="var(--line-control)"
            stroke="var(--canvas)"
            strokeWidth={3}
          />
        )
      })}
      {PATH.map(([ring, degrees, size]) => {
        const [x, y] = at(ring, degrees)
        return (
          <circle
            key={`${ring}${degrees}`}
            cx={x}
            cy={y}
            r={size}
            fill="var(--accent)"
            stroke="var(--canvas)"
            strokeWidth={3}
          />
        )
      })}
      <circle cx={CENTER.x} cy={CENTER.y} r={9} fill="var(--text)" />
    </svg>
  )
}
