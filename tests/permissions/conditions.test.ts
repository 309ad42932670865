import { conditionalModel } from "./conditional-model.ts"
import { describeConditions } from "./describe-conditions.ts"
import { onOwnEngine, remoteTarget, replicaTarget } from "./permission-target.ts"

describeConditions("conditions on the embedded engine", () => onOwnEngine(remoteTarget, conditionalModel()))
describeConditions("conditions on a replica of it", () => onOwnEngine(replicaTarget, conditionalModel()))
