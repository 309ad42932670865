import { loginArguments } from "../api/connect.ts"
import { defineCommand } from "../command/define-command.ts"
import { openSession } from "../logins/session.ts"

/** Prints an access token and nothing else, so that `$(gatehouse token)` can be used. */
export const token = defineCommand({
  args: loginArguments,
  run: async ({ args, terminal, environment }) => {
    const session = await openSession(environment, { organization: args.organization, user: args.as })
    const accessToken = await session.accessToken()
    terminal.out(args.json ? JSON.stringify({ access_token: accessToken }) : accessToken)
    return undefined
  },
})
