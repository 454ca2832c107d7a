/**
 * Passwords of twelve characters and more that lists of leaked ones show near the top, or that are of the
 * same make. Shorter ones are refused for their length.
 */
const COMMON = new Set(
  `
  0123456789012 012345678910 098765432100 0987654321098 111122223333 112233445566 121212121212
  123123123123 123321123321 123412341234 123456123456 123456789012 1234567890123 12345678901234
  1234567891011 123456789123 1234qwerasdf 1234qwerasdfzxcv 1q2w3e4r5t6y 1q2w3e4r5t6y7u
  1q2w3e4r5t6y7u8i 1qaz2wsx3edc 1qaz2wsx3edc4rfv 987654321000 987654321987 a123456789012 a1b2c3d4e5f6
  aa1234567890 abc123abc123 abcabcabcabc abcd1234abcd abcdef123456 abcdefg12345 abcdefgh1234
  abcdefghijkl abcdefghijklm access123456 admin1234567 admin123admin adminadmin123 adminadminadmin
  administrator administrator1 adminpassword andrew123456 asdf1234asdf asdfasdfasdf asdfghjkl123
  asdfghjkl1234 asdfghjklzxc ashley123456 autumn2025!! azertyuiop12 azertyuiop123 barcelona123
  baseball1234 basketball12 batman123456 butterfly123 changeit1234 changeme1234 changeme12345
  changemenow1 charlie12345 cheese123456 chelsea12345 chocolate123 christmas123 cloud1234567
  company12345 computer1234 corporate123 correcthorsebattery correcthorsebatterystaple daniel123456
  database1234 december1234 defaultpassword development1 docker123456 dragon123456 facebook1234
  facebook123456 football1234 football12345 freedom12345 goodmorning1 google123456 guestguest123
  happy1234567 happybirthday hello1234567 hello12345678 hellohello12 helloworld12 helloworld123
  helloworld1234 hunter123456 hunter2hunter2 ilovejesus123 iloveyou1234 iloveyou12345 iloveyou123456
  iloveyouforever iloveyousomuch incorrecthorse internet1234 january12345 jennifer1234 jessica12345
  jesuschrist1 jesusislord1 joshua123456 juventus1234 killer123456 kubernetes12 letmein12345
  letmein123456 letmeinletmein letmeinplease linkedin1234 liverpool123 liverpoolfc1 login1234567
  loginlogin12 loveyou12345 lucky7777777 manager12345 manchester12 manchesterunited master123456
  matthew12345 michael12345 michaeljordan microsoft123 minecraft123 money1234567 moneymoney12
  monkey123456 monkeymonkey mypassword123 mypassword1234 newpassword1 newpassword123 orrery123456
  orreryorrery orrerypassword p@ssw0rd1234 p@ssw0rd12345 p@ssword1234 passw0rd1234 password!123
  password1234 password1234! password12345 password123456 password2020 password2021 password2022
  password2023 password2024 password2025 password2026 password@1234 password_123 passwordabc123
  passwordpassword passwordusername pokemon12345 postgres1234 postgrespostgres prefect12345
  prefect123456 prefectcloud prefectprefect princess1234 production12 q1w2e3r4t5y6 q1w2e3r4t5y6u7i8
  qazwsx123456 qazwsxedcrfv qwerty123456 qwerty1234567 qwerty12345678 qwerty123qwerty qwertyqwerty
  qwertyuiop12 qwertyuiop123 qwertyuiop1234 qwertyuiop[] qwertzuiop12 qwertzuiop123 realmadrid12
  robert123456 root12345678 rootpassword rootroot1234 samsung12345 secret123456 secretpassword
  secretsecret security1234 server123456 shadow123456 spiderman123 spring2025!! staging12345
  starwars1234 strawberry12 summer2024!! sunshine1234 sunshine12345 superman1234 supersecret1
  supersecret123 support12345 temporary123 temppassword test12345678 testing12345 testpassword
  testpassword1 testtesttest testuser1234 thequickbrownfox thisismypassword thomas123456 topsecret123
  trustno1trustno1 username1234 usernamepassword welcome1234! welcome12345 welcome123456 welcome2024!
  welcome2025! welcome2026! welcomewelcome whatever1234 windows12345 winter2024!! yourpassword
  zaq12wsxcde3 zxcvbnm12345 zxcvbnmasdfg
`
    .trim()
    .split(/\s+/),
)

const KEYBOARD = [
  'abcdefghijklmnopqrstuvwxyz',
  '0123456789012345678901234567890',
  'qwertyuiopasdfghjklzxcvbnm',
]

/** Whether the password is listed, made of very few characters, a walk over the keyboard, or one of the user's own words. */
export function isCommonPassword(password: string, about: readonly string[]): boolean {
  const lower = password.toLowerCase()
  const plain = lower.replace(/[^a-z0-9]/g, '')
  if (COMMON.has(lower) || COMMON.has(plain)) return true
  if (new Set(lower).size < 5) return true
  if (isRepeated(lower)) return true
  if (plain.length >= 6 && KEYBOARD.some((row) => row.includes(plain) || reversed(row).includes(plain)))
    return true
  const own = about.map((word) => word.toLowerCase()).filter((word) => word.length >= 4)
  return own.some(
    (word) => plain.replaceAll(word.replace(/[^a-z0-9]/g, ''), '').length < 5 && lower.includes(word),
  )
}

const reversed = (text: string): string => [...text].reverse().join('')

/** The same few characters again and again, as in `hunthunthunt`. */
function isRepeated(text: string): boolean {
  for (let length = 1; length <= 4; length++)
    if (
      text
        .slice(0, length)
        .repeat(Math.ceil(text.length / length))
        .startsWith(text)
    )
      return true
  return false
}
