import { Component, lazy, type ReactNode, Suspense } from 'react'
import { Skeleton } from '../../components/ui/index.ts'

const SafeMarkdown = lazy(() => import('./markdown.tsx'))

/** Beyond this many characters the page would stand still while it is read. */
const LONGEST = 300_000

/** A text that breaks the parser (ten thousand nested quotes do) is shown as it is, and not instead of the page. */
class OrAsText extends Component<{ text: string; children: ReactNode }, { broken: boolean }> {
  override state = { broken: false }
  static getDerivedStateFromError() {
    return { broken: true }
  }
  override render() {
    return this.state.broken ? <Plain text={this.props.text} /> : this.props.children
  }
}

const Plain = ({ text }: { text: string }) => (
  <pre className="font-mono text-small leading-5 wrap-anywhere whitespace-pre-wrap">{text}</pre>
)

/** Markdown, whose parser is loaded when there is some. */
export function Markdown({ text }: { text: string }) {
  if (text.length > LONGEST) return <Plain text={text} />
  return (
    <OrAsText key={text} text={text}>
      <Suspense
        fallback={
          <div role="status" aria-label="Loading" className="grid max-w-[62ch] gap-2.5 py-1">
            <Skeleton style={{ width: '55%' }} />
            <Skeleton style={{ width: '92%' }} />
            <Skeleton style={{ width: '78%' }} />
          </div>
        }
      >
        <SafeMarkdown text={text} />
      </Suspense>
    </OrAsText>
  )
}
