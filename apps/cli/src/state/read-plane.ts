import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { z } from "zod"

/** What the command line reads of `plane.json`; the server writes more. */
const planeSchema = z.object({
  ready: z.literal(true),
  urls: z.object({ gateway: z.url(), identity: z.url().optional() }),
})
/** Where the plane of this machine answers. From `plane.json`, which the server writes. */
export type Plane = z.infer<typeof planeSchema>

const loginSchema = z.object({ username: z.string(), password: z.string() })
const demoSchema = z.object({
  organizations: z.record(
    z.string(),
    z.object({ url: z.url(), issuer: z.url(), users: z.record(z.string(), loginSchema) }),
  ),
  platform: z.object({ url: z.url(), issuer: z.url(), administrator: loginSchema }),
})
/** The demo's organizations and logins. From `demo.json`, which the server writes. */
export type Demo = z.infer<typeof demoSchema>

/** The plane that runs on this state directory, or undefined where none does. */
export function readPlane(stateDirectory: string): Promise<Plane | undefined> {
  return read(join(stateDirectory, "plane.json"), planeSchema)
}

/** The demo's users, or undefined where there is no demo. */
export function readDemo(stateDirectory: string): Promise<Demo | undefined> {
  return read(join(stateDirectory, "demo.json"), demoSchema)
}

/** A file that is missing, unreadable or not what is expected is no answer: the caller says what it needed. */
async function read<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, "utf8")))
  } catch {
    return undefined
  }
}
