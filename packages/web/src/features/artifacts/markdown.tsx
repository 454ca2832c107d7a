import { type ComponentProps, useId } from 'react'
import Markdown, { type Components, type Options } from 'react-markdown'
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize'
import remarkGfm from 'remark-gfm'
import './markdown.css'
import { OUTSIDE, safeHref, safeImage } from './safe-url.ts'

/**
 * What may stay of a text that anybody may have written. HTML in it is shown as text and never parsed; React builds
 * the elements; this list is the second lock.
 */
const SCHEMA: typeof defaultSchema = {
  ...defaultSchema,
  // Ids are made by us, with a prefix of their own.
  clobberPrefix: '',
  protocols: { href: ['http', 'https', 'mailto'], src: ['https', 'data'], cite: ['https'], longDesc: [] },
}

interface Node {
  type: string
  tagName?: string
  value?: string
  properties?: object
  children?: Node[]
}

/** HTML becomes the text that it is, but for a line break, which people write into the cells of tables. */
function htmlAsText() {
  const text = (raw: string, inBlock: boolean): Node[] => {
    if (/^<br\s*\/?>$/i.test(raw.trim()))
      return [{ type: 'element', tagName: 'br', properties: {}, children: [] }]
    if (/^\s*<!--[\s\S]*-->\s*$/.test(raw)) return []
    const node = { type: 'text', value: raw }
    return [inBlock ? node : { type: 'element', tagName: 'p', properties: {}, children: [node] }]
  }
  const walk = (node: Node, inBlock: boolean): void => {
    if (!node.children) return
    node.children = node.children.flatMap((child) =>
      child.type === 'raw' ? text(child.value ?? '', inBlock) : [child],
    )
    for (const child of node.children) walk(child, true)
  }
  return (tree: Node): void => walk(tree, false)
}

/** Headings go below the page's own, and no level is left out: a text may begin with any and jump as it likes. */
function levelHeadings() {
  return (tree: Node): void => {
    const open: number[] = []
    const walk = (node: Node): void => {
      const level = /^h([1-6])$/.exec(node.tagName ?? '')?.[1]
      if (level) {
        while (open.length > 0 && open.at(-1)! >= Number(level)) open.pop()
        open.push(Number(level))
        node.tagName = `h${Math.min(6, open.length + 2)}`
      }
      for (const child of node.children ?? []) walk(child)
    }
    walk(tree)
  }
}

const components: Components = {
  a({ node: _, href, children, ...rest }) {
    if (!href) return <span title="This link leads nowhere that may be opened">{children}</span>
    if (href.startsWith('#'))
      return (
        <a href={href} {...rest}>
          {children}
        </a>
      )
    return (
      <a href={href} {...OUTSIDE}>
        {children}
      </a>
    )
  },
  img({ src, alt }) {
    if (!src)
      return <em className="text-text-3">{alt ? `image: ${alt}` : 'image'}, which may not be loaded</em>
    return <img src={src} alt={alt ?? ''} loading="lazy" referrerPolicy="no-referrer" />
  },
  table({ children }) {
    return (
      // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls
      <div
        role="group"
        aria-label="Table"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
        tabIndex={0}
        className="overflow-x-auto"
      >
        <table>{children}</table>
      </div>
    )
  },
  input({ checked }: ComponentProps<'input'>) {
    return (
      <input type="checkbox" disabled checked={checked} aria-label={checked ? 'done' : 'not done'} readOnly />
    )
  },
}

const remarkPlugins: Options['remarkPlugins'] = [remarkGfm]
const rehypePlugins: Options['rehypePlugins'] = [htmlAsText, [rehypeSanitize, SCHEMA], levelHeadings]

/** Only addresses of the list: what is refused becomes empty, and is shown as refused. */
const urlTransform: Options['urlTransform'] = (url, key) =>
  (key === 'src' ? safeImage(url) : safeHref(url)) ?? ''

/** Markdown from anywhere, shown without trusting it. */
export default function SafeMarkdown({ text }: { text: string }) {
  const id = useId().replaceAll(/[^a-z0-9]/gi, '')
  return (
    <div className="md">
      <Markdown
        components={components}
        remarkPlugins={remarkPlugins}
        rehypePlugins={rehypePlugins}
        remarkRehypeOptions={{ clobberPrefix: `md-${id}-` }}
        urlTransform={urlTransform}
      >
        {text}
      </Markdown>
    </div>
  )
}
