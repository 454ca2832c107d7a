import type { Code } from '../settings/connect.ts'

const PYTHON = `from prefect import flow
from prefect.artifacts import create_markdown_artifact

@flow
def daily_report():
    create_markdown_artifact("# All is well", key="daily-report")

if __name__ == "__main__":
    daily_report()`

const TYPESCRIPT = `await fetch(\`\${process.env.PREFECT_API_URL}/artifacts/\`, {
  method: "POST",
  headers: {
    "content-type": "application/json",
    authorization: \`Bearer \${process.env.PREFECT_API_KEY}\`,
  },
  body: JSON.stringify({ key: "daily-report", type: "markdown", data: "# All is well" }),
})`

const code = (id: string, label: string, text: string): Code => ({
  id,
  label,
  text,
  // A line's text is its identity there, so empty ones differ by their blanks.
  lines: text.split('\n').map((line, index) => line || ' '.repeat(index)),
  shell: false,
})

/** How a first artifact is made. */
export const SNIPPETS: readonly Code[] = [
  code('python', 'Python', PYTHON),
  code('typescript', 'TypeScript', TYPESCRIPT),
]
