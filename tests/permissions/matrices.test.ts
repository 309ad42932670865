import { describeMatrices } from "./describe-matrices.ts"
import { onOwnEngine, remoteTarget, replicaTarget } from "./permission-target.ts"

describeMatrices("the embedded engine over HTTP", () => onOwnEngine(remoteTarget))
describeMatrices("a replica of the embedded engine", () => onOwnEngine(replicaTarget))
