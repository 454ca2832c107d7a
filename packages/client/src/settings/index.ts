export { connectionFromSettings, uiUrlOf } from '../connection.ts'
export * from './errors.ts'
export {
  findSetting,
  listSettings,
  type SettingInfo,
  type SettingKind,
} from './known-settings.ts'
export {
  knownSetting,
  loadSettings,
  localStoragePath,
  orreryHome,
  parseBoolean,
  parseNumber,
  type SettingSource,
  type Settings,
  type SettingValue,
  validateSetting,
} from './load-settings.ts'
export {
  type ActiveProfile,
  type Env,
  formatProfiles,
  getProfile,
  type Profile,
  type Profiles,
  prefectHome,
  profilesPath,
  readProfiles,
  resolveProfile,
  type SettingsSources,
  withoutProfile,
  withProfile,
  withSettings,
  writeProfiles,
} from './profiles.ts'
