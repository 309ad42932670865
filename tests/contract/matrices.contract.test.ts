import { inject } from "vitest"
import { describeMatrices } from "../permissions/describe-matrices.ts"
import { remoteTarget, replicaTarget } from "../permissions/permission-target.ts"

describeMatrices("the real OpenFGA", () => remoteTarget(inject("openfga")))
describeMatrices("a replica of the real OpenFGA", () => replicaTarget(inject("openfga")))
