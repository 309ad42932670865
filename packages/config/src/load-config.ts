import { GatehouseError, Secret } from "@gatehouse/kernel"
import type { z } from "zod"

/** One setting: where its value comes from, its form, and whether it may be shown. */
export interface ConfigField<Value = unknown, Sensitive extends boolean = boolean> {
  /** The environment variable that sets it. */
  readonly variable: string
  readonly schema: z.ZodType<Value>
  readonly secret: Sensitive
  readonly purpose: string
}

/** The keys of one app's configuration, by the names that the environment gives them. */
export type ConfigSchema = Readonly<Record<string, ConfigField>>

/** The settings as values: secret ones are wrapped, so that they cannot be printed. */
export type ConfigOf<Schema extends ConfigSchema> = {
  readonly [Key in keyof Schema]: Schema[Key] extends ConfigField<infer Value, infer Sensitive>
    ? Sensitive extends true
      ? Secret<Value>
      : Value
    : never
}

/** Declares settings: `field.visible` may be printed, `field.secret` never is. */
export const field = {
  visible: <Value>(
    variable: string,
    schema: z.ZodType<Value>,
    purpose: string,
  ): ConfigField<Value, false> => ({
    variable,
    schema,
    secret: false,
    purpose,
  }),
  secret: <Value>(variable: string, schema: z.ZodType<Value>, purpose: string): ConfigField<Value, true> => ({
    variable,
    schema,
    secret: true,
    purpose,
  }),
}

/**
 * Parses every setting once and freezes the result. All violations are reported at once in `config.invalid`, by variable
 * and reason; no value is named. `crossCheck` sees the parsed settings and returns further violations.
 */
export function loadConfig<const Schema extends ConfigSchema>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
  crossCheck: (config: ConfigOf<Schema>) => readonly string[] = () => [],
): ConfigOf<Schema> {
  const violations: string[] = []
  const values: Record<string, unknown> = {}
  for (const [key, { variable, schema: form, secret }] of Object.entries(schema)) {
    const raw = environment[variable]
    const parsed = form.safeParse(raw === "" ? undefined : raw)
    if (parsed.success) values[key] = secret ? new Secret(parsed.data) : parsed.data
    else violations.push(...parsed.error.issues.map((issue) => `${variable}: ${issue.message}`))
  }
  const config = Object.freeze(values) as ConfigOf<Schema>
  if (violations.length === 0) violations.push(...crossCheck(config))
  if (violations.length > 0) {
    throw new GatehouseError("config.invalid", {
      publicMessage: violations.join("; "),
      details: { violations },
    })
  }
  return config
}
