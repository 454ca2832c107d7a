export function NewWorkspacePage() {
  return <h1>NewWorkspacePage</h1>
}
