import { type ApiClient, createApiClient } from "@gatehouse/sdk/client"
import type { CommandTools } from "../command/define-command.ts"
import type { Login } from "../logins/login.ts"
import { openSession } from "../logins/session.ts"

/** `--organization` and `--as`, as every command that talks to an organization takes them. */
export const loginArguments = {
  organization: {
    type: "string",
    description: "Organization, by name or address, of a kept login (the newest login's)",
    valueHint: "NAME",
  },
  as: { type: "string", description: "User name of a kept login", valueHint: "USER" },
  json: { type: "boolean", description: "Print JSON for programs" },
} as const

/** The organization's API, as the login that the options mean. Throws `cli.not_logged_in` and its like. */
export async function connect(
  { environment }: Pick<CommandTools, "environment">,
  args: { readonly organization?: string | undefined; readonly as?: string | undefined },
): Promise<{ api: ApiClient; login: Login }> {
  const session = await openSession(environment, { organization: args.organization, user: args.as })
  const api = createApiClient({ url: session.login.url, accessToken: session.accessToken })
  return { api, login: session.login }
}
