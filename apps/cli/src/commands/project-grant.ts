import { projectRoles } from "@gatehouse/contracts"
import { connect, loginArguments } from "../api/connect.ts"
import { findProject } from "../api/find-project.ts"
import { findSubject } from "../api/find-subject.ts"
import { type Command, defineCommand } from "../command/define-command.ts"
import { usageError } from "../command/parse-command-line.ts"

/** Giving and taking a role are one request that differs in its method. */
function bindingCommand(change: "grant" | "revoke", done: string): Command {
  return defineCommand({
    args: {
      project: { type: "positional", required: true, description: "Project, by name or id" },
      role: { type: "positional", required: true, description: `One of ${projectRoles.join(", ")}` },
      subject: {
        type: "positional",
        required: true,
        description:
          "User name, group by its full path (/team), or id (user:acme/…, service:acme/…, group:acme/…)",
      },
      ...loginArguments,
    },
    run: async ({ args, terminal, environment }) => {
      const role = projectRoles.find((known) => known === args.role)
      if (role === undefined) throw usageError(`ROLE is one of ${projectRoles.join(", ")}.`)
      const { api, login } = await connect({ environment }, args)
      const project = await findProject(api, args.project)
      const subject = await findSubject(api, login.organization, args.subject)
      await api.projects[change](project, role, subject)
      terminal.out(
        args.json
          ? JSON.stringify({ project, role, subject })
          : `${subject} ${done} ${role} of project ${project}.`,
      )
      return undefined
    },
  })
}

/** Gives a user, a service account or a group a role of a project. */
export const projectGrant = bindingCommand("grant", "is now")
/** Takes a role of a project away. Other roles of the same subject stay. */
export const projectRevoke = bindingCommand("revoke", "is no longer")
