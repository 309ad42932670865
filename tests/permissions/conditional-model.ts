import { permissionModel } from "@gatehouse/contracts"

/**
 * The platform's model with one more way to be a project's viewer: a user, while a condition holds on what the asker supplies. The
 * platform's own model has no condition; this shows what one would see.
 */
export function conditionalModel(): unknown {
  const model: {
    type_definitions: {
      type: string
      metadata?: { relations?: Record<string, { directly_related_user_types?: object[] }> } | null
    }[]
    conditions?: object
  } = JSON.parse(JSON.stringify(permissionModel))
  const project = model.type_definitions.find(({ type }) => type === "project")
  const restriction = { type: "user", condition: "on_duty" }
  project?.metadata?.relations?.viewer?.directly_related_user_types?.push(restriction)
  const parameter = (type: string) => ({ type_name: type })
  model.conditions = {
    on_duty: {
      name: "on_duty",
      expression:
        'hour < 18 && subject_department == "support" && action_method == "GET" && resource_level != "secret"',
      parameters: {
        hour: parameter("TYPE_NAME_INT"),
        subject_department: parameter("TYPE_NAME_STRING"),
        action_method: parameter("TYPE_NAME_STRING"),
        resource_level: parameter("TYPE_NAME_STRING"),
      },
    },
  }
  return model
}
