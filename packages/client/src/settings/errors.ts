/** A setting, a profile or a settings file that cannot be used. The message names the cure. */
export class SettingsError extends Error {
  override name = 'SettingsError'
}

/** The name is not one of Prefect's settings. */
export class UnknownSettingError extends SettingsError {
  override name = 'UnknownSettingError'
  readonly setting: string
  constructor(setting: string, nearest?: string) {
    super(
      `Unknown setting name '${setting}'.${nearest ? ` Did you mean '${nearest}'?` : ''} ` +
        'See every name with: orrery config view --show-defaults',
    )
    this.setting = setting
  }
}

/** The value does not fit the setting. */
export class SettingValueError extends SettingsError {
  override name = 'SettingValueError'
  readonly setting: string
  constructor(setting: string, message: string) {
    super(message)
    this.setting = setting
  }
}

/** The profile does not exist in the profiles file. */
export class UnknownProfileError extends SettingsError {
  override name = 'UnknownProfileError'
  readonly profile: string
  constructor(profile: string, known: readonly string[], path: string) {
    super(
      `Profile '${profile}' is not in ${path}, which has: ${known.join(', ') || 'none'}. ` +
        `Create it with: orrery profile create ${profile}`,
    )
    this.profile = profile
  }
}

/** A settings file that is not valid TOML. */
export class SettingsFileError extends SettingsError {
  override name = 'SettingsFileError'
  readonly path: string
  constructor(path: string, cause: unknown) {
    const detail = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    super(
      `${path} is not valid TOML: ${detail}. Correct the file, or move it away to start from the defaults.`,
      {
        cause,
      },
    )
    this.path = path
  }
}
