import { inject } from "vitest"
import { conditionalModel } from "../permissions/conditional-model.ts"
import { describeConditions } from "../permissions/describe-conditions.ts"
import { remoteTarget, replicaTarget } from "../permissions/permission-target.ts"

const server = () => {
  const { url, credential } = inject("openfga")
  return { url, credential, model: conditionalModel() }
}
describeConditions("conditions on the real OpenFGA", () => remoteTarget(server()))
describeConditions("conditions on a replica of it", () => replicaTarget(server()))
