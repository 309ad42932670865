import { connect } from "../api/connect.ts"
import { findObject } from "../api/find-project.ts"
import { findSubject } from "../api/find-subject.ts"
import { defineCommand } from "../command/define-command.ts"
import { exitCodes } from "../exit-codes.ts"
import { drawExplanation } from "../output/draw-explanation.ts"
import { permissionArguments } from "./permission-arguments.ts"

/** Ends with 0 for yes and 3 for no, as `check` does. */
export const explain = defineCommand({
  args: permissionArguments,
  run: async ({ args, terminal, environment }) => {
    const { api, login } = await connect({ environment }, args)
    const object = await findObject(api, args.object)
    const principal = args.principal && (await findSubject(api, login.organization, args.principal))
    const answer = await api.explain({
      permission: args.permission,
      object,
      ...(principal ? { principal } : {}),
    })
    if (args.json) terminal.out(JSON.stringify(answer))
    else
      for (const line of drawExplanation(terminal, answer, { permission: args.permission, object }))
        terminal.out(line)
    return answer.allowed ? undefined : exitCodes.denied
  },
})
