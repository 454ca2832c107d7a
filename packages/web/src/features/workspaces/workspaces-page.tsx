export function WorkspacesPage() {
  return <h1>WorkspacesPage</h1>
}
