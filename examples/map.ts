// One task run for each element of a list.
// prints: 3 pages, 33 words
import { flow, task, unmapped } from 'orrery'

const fetchPage = task('fetch-page', async (site: string, page: number) => `${site} `.repeat(page * 5).trim())
const countWords = task('count-words', (text: string) => text.split(' ').length)

const crawl = flow('crawl', async ({ pages }: { pages: number[] }) => {
  const texts = fetchPage.map(unmapped('site'), pages)
  const counts = await countWords.map(texts)
  return `${counts.length} pages, ${counts.reduce((sum, count) => sum + count, 3)} words`
})

console.log(await crawl({ pages: [1, 2, 3] }))
