// Artifacts in a real browser: made by the real Python client, and hostile ones made over the API.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startServer, type TestServer } from '@orrery/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axe, hasBrowser, launchBrowser, newVisitor } from './browser.ts'
import { hasPython } from './scenery/northwind.ts'
import { weeklyReport } from './scenery/weekly-report.ts'

interface Made {
  id: string
}

const HOSTILE = `# Hostile

<script>globalThis.hacked = 'script'</script>
<img src=x onerror="globalThis.hacked = 'onerror'">
<style>body { display: none }</style>
<iframe srcdoc="<script>parent.hacked = 'iframe'</script>"></iframe>
<svg onload="globalThis.hacked = 'svg'"></svg>

[a](javascript:globalThis.hacked='link') [b](JaVaScRiPt:alert(1)) [c](data:text/html,<script>alert(1)</script>)
[d](vbscript:x) <javascript:alert(1)> [e](java&#10;script:alert(1)) [f](//other.example/x)
![i](javascript:alert(1)) ![j](http://plain.example/pixel.png) ![k](data:text/html,x)

[good](https://good.example/page) [mail](mailto:a@b.example) [home](/dashboard)

| a | b |
|--|--|
| <b onmouseover="globalThis.hacked = 'cell'">x</b> | [t](javascript:alert(1)) |

[^1]: <img src=x onerror="globalThis.hacked = 'footnote'">

A note.[^1]
`

describe.runIf(hasBrowser)('artifacts in the browser', () => {
  let server: TestServer
  let browser: Browser

  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${server.url}/api${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    const text = await response.text()
    return (text ? JSON.parse(text) : undefined) as T
  }
  const make = (input: object) => api<Made>('POST', '/artifacts/', input)

  beforeAll(async () => {
    server = await startServer({ flags: { local: true } })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  const open = async (
    path: string,
    options = {},
  ): Promise<{ page: Page; problems: string[]; close(): Promise<void> }> => {
    const { page, context, problems } = await newVisitor(browser, server.url, options)
    await page.goto(path)
    return { page, problems, close: () => context.close() }
  }
  const hacked = (page: Page) => page.evaluate('globalThis.hacked')

  it('a workspace without any shows how to make one, in Python and TypeScript', async () => {
    const { page, problems, close } = await open('/artifacts')
    await page.getByText('No artifacts yet').waitFor()
    expect(await page.locator('[data-code=python]').textContent()).toContain('create_markdown_artifact(')
    await page.getByRole('tab', { name: 'TypeScript' }).click()
    expect(await page.locator('[data-code=typescript]').textContent()).toContain('/artifacts/')
    expect(await axe(page)).toEqual([])
    expect(problems).toEqual([])
    await close()
  })

  describe('hostile ones', () => {
    it('Markdown runs nothing, styles nothing and loads nothing that is not from https', async () => {
      const { id } = await make({ key: 'hostile', type: 'markdown', data: HOSTILE, description: HOSTILE })
      const { page, problems, close } = await open(`/artifacts/artifact/${id}`)
      const loaded: string[] = []
      page.on('request', (request) => loaded.push(request.url()))
      await page.getByRole('heading', { name: 'Hostile', exact: true }).nth(1).waitFor()
      await page.waitForTimeout(300)
      expect(await hacked(page)).toBeUndefined()
      const md = page.locator('.md').last()
      expect(await page.locator('.md :is(script, style, iframe, svg, object, embed, form)').count()).toBe(0)
      // HTML is shown as the text that it is.
      expect(await md.textContent()).toContain("globalThis.hacked = 'onerror'")
      const links = await md
        .locator('a')
        .evaluateAll((nodes) => nodes.map((node) => node.getAttribute('href')))
      const outside = links.filter((href) => !href?.startsWith('#'))
      expect(outside).toEqual([
        'https://other.example/x',
        'https://good.example/page',
        'mailto:a@b.example',
        '/dashboard',
      ])
      expect(
        await md
          .getByRole('link', { name: 'good' })
          .evaluate((node) => [node.getAttribute('rel'), node.getAttribute('target')]),
      ).toEqual(['noopener noreferrer nofollow', '_blank'])
      expect(await md.locator('img').count()).toBe(0)
      expect(
        await page.evaluate<string[]>(
          `[...document.querySelectorAll('.md *')].flatMap((e) => e.getAttributeNames()).filter((n) => n.startsWith('on') || n === 'style')`,
        ),
      ).toEqual([])
      expect(loaded.filter((url) => !url.startsWith(server.url))).toEqual([])
      expect(problems).toEqual([])
      await close()
    })

    it('a table shows markup as text, and links only where they are safe', async () => {
      const { id } = await make({
        key: 'hostile-table',
        type: 'table',
        data: JSON.stringify([
          {
            '<img src=x onerror=hacked=1>': '<img src=x onerror="globalThis.hacked=1">',
            link: 'javascript:alert(1)',
          },
          { '<img src=x onerror=hacked=1>': '=cmd|calc', link: 'https://good.example/' },
        ]),
      })
      const { page, problems, close } = await open(`/artifacts/artifact/${id}`)
      const table = page.getByRole('region', { name: 'Table of hostile-table' })
      await table.waitFor()
      expect(await table.locator('img, script').count()).toBe(0)
      expect(
        await table.locator('a').evaluateAll((nodes) => nodes.map((node) => node.getAttribute('href'))),
      ).toEqual(['https://good.example/'])
      expect(await hacked(page)).toBeUndefined()
      expect(problems).toEqual([])
      await close()
    })

    it('a link and an image with a script for an address are refused, and say so', async () => {
      for (const [type, data, words] of [
        ['markdown', '[click](javascript:globalThis.hacked=1)', 'The link is not shown'],
        ['link', 'javascript:globalThis.hacked=1', 'The link is not shown'],
        ['image', 'javascript:globalThis.hacked=1', 'The image is not shown'],
        ['image', 'http://plain.example/x.png', 'The image is not shown'],
      ] as const) {
        const { id } = await make({ type, data })
        const { page, problems, close } = await open(`/artifacts/artifact/${id}`)
        await page.getByText(words).waitFor()
        expect(await page.locator('#page a[href^="javascript"], #page img').count()).toBe(0)
        expect(await hacked(page)).toBeUndefined()
        expect(problems).toEqual([])
        await close()
      }
    })
  })

  it('progress that is changed moves without a reload, wherever it is shown', async () => {
    const { id } = await make({ key: 'load', type: 'progress', data: 10 })
    const { page, problems, close } = await open(`/artifacts/artifact/${id}`)
    const bar = page.getByRole('progressbar')
    await bar.waitFor()
    expect(await bar.getAttribute('aria-valuenow')).toBe('10')
    await page.getByText('Live', { exact: true }).waitFor()
    // The client that changes an artifact tells of it, as Python's does.
    await api('PATCH', `/artifacts/${id}`, { data: 55.5 })
    await api('POST', '/events', [
      {
        id: crypto.randomUUID(),
        occurred: new Date().toISOString(),
        event: 'prefect.artifact.updated',
        resource: { 'prefect.resource.id': `prefect.artifact.${id}` },
        related: [],
        payload: { data: 55.5 },
      },
    ])
    await page.getByText('55.5 %').waitFor()
    expect(await bar.getAttribute('aria-valuenow')).toBe('55.5')
    expect(problems).toEqual([])
    await close()
  })

  it('a new one does not push away what is under the pointer', async () => {
    for (const key of ['steady-a', 'steady-b']) await make({ key, type: 'markdown', data: 'x' })
    const { page, problems, close } = await open('/artifacts?key=steady')
    const keys = () => page.locator('#page h2').allTextContents()
    await page.getByText('Live', { exact: true }).waitFor()
    expect(await keys()).toEqual(['steady-b', 'steady-a'])
    await page.getByRole('heading', { name: 'steady-a' }).hover()
    await make({ key: 'steady-c', type: 'markdown', data: 'x' })
    await make({ key: 'steady-a', type: 'markdown', data: 'second version' })
    await page.getByText('second version').waitFor()
    expect(await keys()).toEqual(['steady-b', 'steady-a'])
    await page.getByRole('button', { name: '1 new' }).click()
    await expect.poll(keys).toEqual(['steady-a', 'steady-c', 'steady-b'])
    expect(problems).toEqual([])
    await close()
  })

  it('a list is narrowed by key and type, turned by pages, and says when nothing matches', async () => {
    for (let n = 0; n < 27; n++)
      await make({
        key: `many-${String(n).padStart(2, '0')}`,
        type: n % 2 ? 'table' : 'markdown',
        data: '# x',
      })
    const { page, problems, close } = await open('/artifacts?key=many-&view=list&sort=KEY_ASC')
    await page.getByRole('link', { name: 'many-00' }).waitFor()
    expect(await page.getByRole('row').count()).toBe(25)
    await page.getByRole('button', { name: 'Next page' }).click()
    await page.getByRole('link', { name: 'many-26' }).waitFor()
    expect(new URL(page.url()).searchParams.get('page')).toBe('2')
    await page.goBack()
    await page.getByRole('link', { name: 'many-00' }).waitFor()
    await page.getByLabel('Type').selectOption('table')
    await page.getByRole('heading', { name: 'Artifacts 13' }).waitFor()
    await page.getByLabel('Search artifacts by key').fill('no-such')
    await page.getByText('Nothing matches').waitFor()
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await page.getByRole('link', { name: 'load' }).waitFor()
    expect(problems).toEqual([])
    await close()
  })

  it('deleting a version shows the one before; deleting the last leads to the list', async () => {
    await make({ key: 'short-lived', type: 'markdown', data: 'first' })
    await make({ key: 'short-lived', type: 'markdown', data: 'second' })
    const { page, problems, close } = await open('/artifacts/key/short-lived')
    await page.getByText('second', { exact: true }).waitFor()
    const remove = async () => {
      await page.getByRole('button', { name: 'More actions' }).click()
      await page.getByRole('menuitem', { name: 'Delete…' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    }
    await remove()
    await page.getByText('first', { exact: true }).waitFor()
    await page.getByRole('heading', { name: 'short-lived 1 version' }).waitFor()
    await remove()
    await page.waitForURL('**/artifacts')
    expect((await fetch(`${server.url}/api/artifacts/short-lived/latest`)).status).toBe(404)
    // The answer that there is none any more is a problem only to the browser's own log.
    expect(problems.filter((line) => !line.includes('404'))).toEqual([])
    await close()
  })

  it('an id and a key that do not exist say so', async () => {
    for (const [path, words] of [
      ['/artifacts/artifact/00000000-0000-4000-8000-000000000000', 'There is no such artifact'],
      ['/artifacts/key/never-made', 'No artifact has this key'],
    ] as const) {
      const { page, close } = await open(path)
      await page.getByText(words).waitFor()
      await close()
    }
  })

  describe.runIf(hasPython)('of the Python client', () => {
    let ended: Promise<void>
    let run: string
    let goOn: string

    beforeAll(async () => {
      goOn = join(server.home, 'go-on')
      ended = weeklyReport(server.home, { PREFECT_API_URL: `${server.url}/api` }, goOn)
      ended.catch(() => {}) // awaited by the test that lets it end
      for (;;) {
        const found = await api<{ flow_run_id: string }[]>('POST', '/artifacts/filter', {
          artifacts: { key: { any_: ['backfill'] } },
        })
        run = found[0]?.flow_run_id ?? ''
        if (run) break
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    }, 60_000)
    afterAll(async () => {
      for (const end of ['', '-end']) writeFileSync(goOn + end, '')
      await ended
    })

    it('progress moves on the page when the run goes on', async () => {
      const { page, problems, close } = await open('/artifacts/key/backfill')
      const bar = page.getByRole('progressbar', { name: 'backfill' })
      await bar.waitFor()
      expect(await bar.getAttribute('aria-valuenow')).toBe('20')
      await page.getByText('Live', { exact: true }).waitFor()
      writeFileSync(goOn, '')
      await page.getByText('64.5 %').waitFor()
      expect(await bar.getAttribute('aria-valuenow')).toBe('64.5')
      expect(problems).toEqual([])
      writeFileSync(`${goOn}-end`, '')
      await ended
      await close()
    })

    it("stand in their run's tab, with their count", async () => {
      const { page, problems, close } = await open(`/runs/flow-run/${run}?tab=artifacts&sel=none`)
      const bar = page.getByRole('progressbar', { name: 'backfill' })
      await bar.waitFor()
      expect(await bar.getAttribute('aria-valuenow')).toBe('64.5')
      expect(await page.getByRole('tab', { name: /^Artifacts/ }).textContent()).toBe('Artifacts6')
      expect(problems).toEqual([])
      await close()
    })

    it('stand in the tab of the task that made them, and open from there', async () => {
      const [table] = await api<(Made & { task_run_id: string })[]>('POST', '/artifacts/filter', {
        artifacts: { key: { any_: ['top-customers'] } },
      })
      const { page, problems, close } = await open(`/runs/task-run/${table?.task_run_id}`)
      await page.getByRole('tab', { name: 'Artifacts 1' }).click()
      await page.getByRole('columnheader', { name: 'customer' }).waitFor()
      expect(await page.getByRole('row').count()).toBe(9)
      await page.getByRole('link', { name: 'top-customers' }).click()
      await page.waitForURL(`**/artifacts/artifact/${table?.id}`)
      await page.getByRole('heading', { name: 'top-customers', level: 1 }).waitFor()
      expect(problems).toEqual([])
      await close()
    })

    it('each is shown in its way in the grid and on its own page', async () => {
      const { page, problems, close } = await open('/artifacts')
      await page.getByRole('link', { name: 'weekly-report' }).waitFor()
      expect(await page.getByRole('progressbar', { name: 'backfill' }).getAttribute('aria-valuenow')).toBe(
        '64.5',
      )
      await page.getByText('8 rows, 5 columns').waitFor()
      await page.getByText('Runbook of revenue').waitFor()
      await page.getByRole('link', { name: 'revenue-by-day' }).click()
      const image = page.getByRole('img', { name: 'revenue-by-day' })
      await image.waitFor()
      expect(await image.evaluate((node) => (node as unknown as { naturalWidth: number }).naturalWidth)).toBe(
        440,
      )
      await page.getByText('Seven days, in thousands').waitFor()
      await page.goto('/artifacts/key/runbook')
      expect(await page.getByRole('link', { name: 'Runbook of revenue' }).getAttribute('href')).toBe(
        'https://runbooks.northwind.example/revenue',
      )
      expect(problems).toEqual([])
      await close()
    })

    it('a table is sorted and narrowed, and saved as it stands', async () => {
      const { page, problems, close } = await open('/artifacts/key/top-customers')
      const first = () => page.getByRole('row').nth(1).textContent()
      await page.getByRole('button', { name: 'revenue' }).click()
      await expect.poll(first).toContain('Acme')
      await page.getByRole('button', { name: 'revenue' }).click()
      await expect.poll(first).toContain('Globex')
      await page.getByLabel('Only rows that hold').fill('apac')
      await page.getByText('2 of 8 rows, 5 columns').waitFor()
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'CSV' }).click(),
      ])
      expect(file.suggestedFilename()).toBe('top-customers.csv')
      const chunks: Buffer[] = []
      for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer)
      expect(Buffer.concat(chunks).toString()).toBe(
        'customer,region,orders,revenue,paid\r\nUmbrella,APAC,96,7310.25,false\r\nAcme,APAC,41,2208.6,false',
      )
      expect(problems).toEqual([])
      await close()
    })

    it('versions of a key are switched and compared, by the keyboard alone', async () => {
      const { page, problems, close } = await open('/artifacts/key/weekly-report')
      await page.getByRole('heading', { name: 'Week 47' }).waitFor()
      const versions = page.getByRole('listitem').filter({ hasText: 'by amber-tapir' }).getByRole('button')
      expect(await versions.count()).toBe(2)
      await versions.nth(1).focus()
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Week 46' }).waitFor()
      expect(await page.getByRole('button', { name: 'Compare' }).isDisabled()).toBe(true)
      await page.goBack()
      await page.getByRole('heading', { name: 'Week 47' }).waitFor()
      await page.getByRole('button', { name: 'Compare' }).focus()
      await page.keyboard.press('Enter')
      await page.getByText('3 lines added, 3 lines removed.').waitFor()
      expect(await page.getByText('# Week 46').count()).toBe(1)
      await page.reload()
      await page.getByText('3 lines added, 3 lines removed.').waitFor()
      await page.getByRole('button', { name: 'End comparison' }).press('Enter')
      await page.getByRole('heading', { name: 'Week 47' }).waitFor()
      const raw = page.getByRole('button', { name: 'Raw' })
      await raw.press('Space')
      await page.getByText('select region, sum(total)').waitFor()
      expect([await raw.getAttribute('aria-pressed'), await page.locator('.md pre').count()]).toEqual([
        'true',
        0,
      ])
      expect(problems).toEqual([])
      await close()
    })

    it('no page has a violation by axe in either theme, or is wider than its screen', async () => {
      await make({ key: 'hostile', type: 'markdown', data: HOSTILE, description: HOSTILE })
      const paths = [
        '/artifacts',
        '/artifacts?view=list',
        '/artifacts/key/weekly-report',
        '/artifacts/key/top-customers',
        '/artifacts/key/revenue-by-day',
        '/artifacts/key/backfill?raw=true',
        '/artifacts/key/hostile',
        `/runs/flow-run/${run}?tab=artifacts&sel=none&view=table`,
      ]
      for (const width of [1440, 360, 2560]) {
        const { page, problems, close } = await open('/artifacts', { viewport: { width, height: 900 } })
        for (const path of paths) {
          await page.goto(path)
          await page.getByRole('heading', { level: 1 }).waitFor()
          await page.waitForLoadState('networkidle')
          const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
          expect(`${width} ${path} ${Math.max(0, over)}`).toBe(`${width} ${path} 0`)
          if (width === 2560) continue
          for (const colorScheme of width === 360 ? (['light'] as const) : (['light', 'dark'] as const)) {
            await page.emulateMedia({ colorScheme })
            expect([path, colorScheme, await axe(page)]).toEqual([path, colorScheme, []])
          }
        }
        expect(problems).toEqual([])
        await close()
      }
    }, 180_000)
  })
})
