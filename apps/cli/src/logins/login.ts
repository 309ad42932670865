import { z } from "zod"

/** A login that is kept: one person or service in one organization of one installation. */
export const loginSchema = z.object({
  organization: z.string(),
  /** Where the organization's API is. */
  url: z.url(),
  issuer: z.url(),
  clientId: z.string(),
  username: z.string(),
  accessToken: z.string(),
  /** Milliseconds since the epoch. */
  accessTokenExpiresAt: z.number(),
  refreshToken: z.string().optional(),
  idToken: z.string().optional(),
})
/** A kept login. It holds tokens: never print it whole. */
export type Login = z.infer<typeof loginSchema>

/** What the file holds: logins by name, the newest one being used where no other is asked for. */
export const loginFileSchema = z.object({
  version: z.literal(1),
  current: z.string().optional(),
  logins: z.record(z.string(), loginSchema),
})
/** All kept logins, and which of them is current. */
export type LoginFile = z.infer<typeof loginFileSchema>

/** What a login is kept under. Two installations may have organizations of one name, so the address is part of it. */
export function loginKey({ username, url }: Pick<Login, "username" | "url">): string {
  return `${username} ${new URL(url).origin}`
}
