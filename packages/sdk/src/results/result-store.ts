import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { PREFECT_VERSION, type ResultMetadata } from '@orrery/client'
import { parseIso, systemNow, toIso } from '@orrery/schemas/instants'
import { dump, load, type SerializerName, serializerSpec } from './serializers.ts'

/** A record of the store: the value is read when asked for. */
export interface StoredResult {
  readonly metadata: ResultMetadata
  readonly load: () => Promise<unknown>
}

/**
 * Persisted results on local disk, in Prefect's format: a task's result in an envelope with its metadata, a flow's
 * bare, one file a key. Python reads what this writes, and the other way round where it wrote JSON.
 */
export class ResultStore {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** The file of a key. */
  keyPath(key: string): string {
    return resolve(this.path, key)
  }

  /**
   * Writes a result and gives its metadata, which is what the state carries.
   * @param options.expiration microseconds since the epoch
   * @throws SerializationError
   */
  async write(
    key: string,
    value: unknown,
    options: { serializer: SerializerName; expiration?: number | undefined; envelope: boolean },
  ): Promise<ResultMetadata> {
    const serializer = serializerSpec(options.serializer)
    const file = this.keyPath(key)
    const metadata: ResultMetadata = {
      storage_key: file,
      expiration: options.expiration === undefined ? null : toIso(options.expiration),
      serializer,
      prefect_version: PREFECT_VERSION,
      storage_block_id: null,
    }
    const result = await dump(value, serializer)
    const text = options.envelope ? JSON.stringify({ metadata, result }) : result
    await mkdir(dirname(file), { recursive: true })
    const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`
    await writeFile(draft, text)
    await rename(draft, file)
    return metadata
  }

  /** The unexpired record of a key, or undefined. */
  async find(key: string): Promise<StoredResult | undefined> {
    const text = await readFile(this.keyPath(key), 'utf8').catch(() => undefined)
    if (text === undefined) return undefined
    const record = envelopeOf(text)
    if (!record) return undefined
    const expiration = record.metadata.expiration ? parseIso(record.metadata.expiration) : null
    if (expiration !== null && expiration <= systemNow()) return undefined
    const storage = { storage_key: this.keyPath(key), storage_block_id: null }
    return {
      metadata: { ...record.metadata, ...storage },
      load: () => load(record.result, record.metadata.serializer),
    }
  }

  /** Reads the result that a state's metadata names. @throws UnsupportedSerializerError, or when there is no file */
  async read(metadata: ResultMetadata): Promise<unknown> {
    const text = await readFile(this.keyPath(metadata.storage_key), 'utf8')
    const record = envelopeOf(text)
    return record ? load(record.result, record.metadata.serializer) : load(text, metadata.serializer)
  }
}

interface Envelope {
  readonly metadata: ResultMetadata
  readonly result: string
}

function envelopeOf(text: string): Envelope | undefined {
  try {
    const parsed = JSON.parse(text) as Partial<Envelope> | null
    const valid = typeof parsed?.result === 'string' && typeof parsed.metadata?.serializer?.type === 'string'
    return valid ? (parsed as Envelope) : undefined
  } catch {
    return undefined
  }
}
