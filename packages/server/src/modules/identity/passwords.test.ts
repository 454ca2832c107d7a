import { describe, expect, it } from 'vitest'
import { PasswordRefused } from './identity.errors.ts'
import { hashPassword, requireGoodPassword, verifyPassword } from './passwords.ts'

function refusal(password: string, about: string[] = []): string | null {
  try {
    requireGoodPassword(password, about)
    return null
  } catch (error) {
    return error instanceof PasswordRefused ? error.code : 'other'
  }
}

describe('passwords', () => {
  it.each([
    'password1234',
    'PASSWORD1234',
    'P@ssw0rd1234',
    'qwertyuiop12',
    'correct horse battery staple',
    'letmein12345',
  ])('the listed password %s is refused', (password) => {
    expect(refusal(password)).toBe('password_too_common')
  })

  it.each(['aaaaaaaaaaaaaaaa', 'abababababababab', 'abcdefghijklmnop', '9876543210987654', 'huntHUNThunt'])(
    'the pattern %s is refused',
    (password) => {
      expect(refusal(password)).toBe('password_too_common')
    },
  )

  it('a password made of the own e-mail or name is refused', () => {
    expect(refusal('ada.lovelace1', ['ada.lovelace@example.com', 'ada.lovelace'])).toBe('password_too_common')
    expect(refusal('Lovelace2024', ['Ada', 'Lovelace'])).toBe('password_too_common')
  })

  it('twelve characters are enough, counted as people count them', () => {
    expect(refusal('elevenchars')).toBe('password_too_short')
    expect(refusal('twelve chars')).toBeNull()
    expect(refusal('🌍'.repeat(6))).toBe('password_too_short')
    expect(refusal('x'.repeat(257))).toBe('password_too_long')
  })

  it('only symbols are fine when they are no pattern', () => {
    expect(refusal('!@#$%^&*()_+')).toBeNull()
  })

  it('a hash fits its password only, and no hash fits none', async () => {
    const hash = await hashPassword('four quiet rivers at dawn')
    expect(hash).not.toContain('rivers')
    expect(await verifyPassword(hash, 'four quiet rivers at dawn')).toBe(true)
    expect(await verifyPassword(hash, 'four quiet rivers at dusk')).toBe(false)
    expect(await verifyPassword(null, 'four quiet rivers at dawn')).toBe(false)
  })
})
