import { expect, test } from 'vitest'
import { cellWidth, formatTable } from './table.ts'

const plain = (_style: unknown, text: string) => text
const columns = [
  { title: 'ID', text: (row: string[]) => row[0] },
  { title: 'Name', text: (row: string[]) => row[1], flexible: true },
  { title: 'N', text: (row: string[]) => row[2], align: 'right' as const },
]

test('columns are as wide as their widest cell, numbers stand on the right', () => {
  expect(
    formatTable(
      [
        ['a', 'first', '1'],
        ['bcd', 'x', '1000'],
      ],
      columns,
      Number.POSITIVE_INFINITY,
      plain,
    ),
  ).toEqual(['ID   NAME      N', 'a    first     1', 'bcd  x      1000'])
})

test('on a narrow terminal only what may be cut is cut', () => {
  const lines = formatTable([['id-id-id', 'a very long name indeed', '1']], columns, 22, plain)
  expect(lines[1]).toBe('id-id-id  a very l…  1')
})

test('wide characters count as two cells', () => {
  expect(cellWidth('日本')).toBe(4)
  expect(cellWidth('🚀')).toBe(2)
  expect(cellWidth('é')).toBe(1)
})

test('a name cannot send escape sequences or new lines to the terminal', () => {
  const [, line] = formatTable([['\u001b[31mred\u001b[0m', 'a\nb\u0007', '1']], columns, 80, plain)
  expect(line).toBe('red  a b   1')
})
