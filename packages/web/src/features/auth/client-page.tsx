export function ClientPage() {
  return <h1>ClientPage</h1>
}
