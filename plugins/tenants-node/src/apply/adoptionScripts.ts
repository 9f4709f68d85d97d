import {
  ADOPT_LABEL,
  AdoptionSource,
  AdoptionStep,
  parseQuantity,
  TENANT_LABEL,
} from '@threewalls/backstage-plugin-tenants-common';
import { labelText } from '../plan/live/selectors';
import { plannedObjects, plannedResources } from '../plan/planned';
import { KubernetesObject, SeedResource, TenantPlan } from '../plan/types';

/** What settings of n8n have to be, or be left out: its data is in one volume then. */
export const SETTINGS: Record<string, string> = {
  DB_TYPE: 'sqlite',
  DB_SQLITE_DATABASE: 'database.sqlite',
  DB_TABLE_PREFIX: '',
  EXECUTIONS_MODE: 'regular',
};
/** Annotation on a hand-made Deployment: how many replicas it had. */
const REPLICAS = 'threewalls.io/replicas';
/** Annotation on a volume that is handed over: the reclaim policy that it had. */
const RECLAIM_POLICY = 'threewalls.io/reclaim-policy';

/** A hand-made n8n in which nothing is in the way of its adoption. */
export interface HandMade {
  from: AdoptionSource;
  deployment: any;
  /** That of its containers with the data */
  container: any;
  claim: any;
  volume: any;
}

/** What of a plan an adoption is about. */
export function plannedParts(plan: TenantPlan) {
  const [deployment] = plannedObjects(plan, 'Deployment') as any[];
  const { containers, securityContext } = deployment.spec.template.spec;
  const [container] = containers;
  return {
    container,
    version: versionOf(container.image),
    /** None where the platform gives one */
    user: securityContext.runAsUser as number | undefined,
    /** Where n8n's data is */
    folder: container.volumeMounts[0].mountPath as string,
    claim: plannedObjects(plan, 'PersistentVolumeClaim')[0],
    seed: plannedResources(plan).find(
      (resource): resource is SeedResource => resource.type === 'seed',
    )!,
  };
}

/** Such as `[2, 41, 1]`; none of an image whose tag is no version. */
export function versionOf(image: string): number[] | undefined {
  const [, ...parts] = /:v?(\d+)\.(\d+)\.(\d+)(?:@.*)?$/.exec(image) ?? [];
  return parts.length > 0 ? parts.map(Number) : undefined;
}

/** Whether the tenant's n8n is another: it migrates the database, and none takes that back. */
export function migrates(plan: TenantPlan, { container }: HandMade): boolean {
  const theirs = versionOf(container.image)?.join();
  return !theirs || theirs !== plannedParts(plan).version?.join();
}

/** Folder beside n8n's data with the database as it was. */
const COPY = 'before-adoption';

// What runs in n8n's own image, by its Node.js. Each may be cut off and run again.
const FILES = `
const fs = require("node:fs");
const copy = "${COPY}";
const files = ["", "-wal", "-shm"].map(end => "database.sqlite" + end);
const copyAll = (from, to) =>
  files
    .filter(file => fs.existsSync(from + "/" + file))
    .forEach(file => fs.copyFileSync(from + "/" + file, to + "/" + file));
const remove = path => fs.rmSync(path, { recursive: true, force: true });
`;
const COPY_DATABASE = `${FILES}
[copy, copy + ".part"].forEach(remove);
fs.mkdirSync(copy + ".part");
copyAll(".", copy + ".part");
fs.renameSync(copy + ".part", copy);
`;
const PUT_BACK = `${FILES}
if (fs.existsSync(copy)) {
  files.forEach(remove);
  copyAll(copy, ".");
  remove(copy + ".part");
  fs.renameSync(copy, copy + ".part");
}
remove(copy + ".part");
`;

const script = (...lines: string[]) =>
  ['#!/usr/bin/env bash', 'set -euo pipefail', ...lines, ''].join('\n');

/** JSON as one word of a shell, which looks into no quotes like these. */
const quoted = (value: unknown) =>
  `'${JSON.stringify(value).replace(/'/g, '\\u0027')}'`;

const patch = (what: string, body: object) =>
  `kubectl patch ${what} --type=merge --patch=${quoted(body)}`;

const apply = (object: object) =>
  `kubectl apply --server-side --filename=- <<< ${quoted(object)}`;

const isBound = ({ metadata }: KubernetesObject) =>
  `kubectl wait persistentvolumeclaim/${metadata.name} --namespace=${metadata.namespace} --for=jsonpath='{.status.phase}'=Bound --timeout=2m`;

/** A claim that is not there yet has no UID: the first of that name gets the volume. */
const claimRefOf = ({ metadata }: KubernetesObject) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  namespace: metadata.namespace,
  name: metadata.name,
  uid: metadata.uid ?? null,
  resourceVersion: null,
});

/**
 * What an administrator runs with bash, kubectl and vault: all that the portal has no
 * right to, and shall have none. Names and JSON in quotes alone are in them: nothing
 * that somebody wrote into an object reaches a shell as more than a word.
 */
export function adoptionScripts(
  plan: TenantPlan,
  handMade: HandMade,
): Record<Exclude<AdoptionStep['id'], 'apply'> | 'undo', string> {
  const { from, deployment, container, claim, volume } = handMade;
  const { names, workload, spec } = plan;
  const planned = plannedParts(plan);
  const { seed, folder } = planned;
  const theirs = `deployment/${from.deployment} --namespace=${from.namespace}`;
  const ours = `deployment/${workload.name} --namespace=${names.namespace}`;
  const pv = `persistentvolume/${volume.metadata.name}`;
  const copies = migrates(plan, handMade);
  const vault = (command: string) =>
    `vault kv ${command} -mount=${seed.mount} ${seed.path}`;
  const selector = labelText(deployment.spec.selector.matchLabels);
  const { annotations = {} } = deployment.metadata;
  const replicas = Number(annotations[REPLICAS] ?? deployment.spec.replicas);
  const policy =
    volume.metadata.annotations?.[RECLAIM_POLICY] ??
    volume.spec.persistentVolumeReclaimPolicy;
  const policyBack = patch(pv, {
    metadata: { annotations: { [RECLAIM_POLICY]: null } },
    spec: { persistentVolumeReclaimPolicy: policy },
  });
  const wanted = (planned.claim.spec as any).resources.requests.storage;
  const { storage } = volume.spec.capacity;
  const ownClaim = {
    ...planned.claim,
    spec: {
      accessModes: volume.spec.accessModes,
      // Never one that something provisions: it would be empty.
      volumeName: volume.metadata.name,
      storageClassName: volume.spec.storageClassName ?? '',
      resources: {
        requests: {
          storage:
            parseQuantity(wanted)! < parseQuantity(storage)! ? wanted : storage,
        },
      },
    },
  };
  const inVolume = (program: string) => podScript(plan, handMade, program);
  return {
    // n8n's file `config` has the key that is in use, wherever that came from: n8n
    // does not start with another. It goes through a pipe, past the portal.
    key: script(
      `kubectl exec --stdin ${theirs} --container=${container.name} -- node - <<'EOF' |`,
      `${keyProgram(planned)}`,
      'EOF',
      `  ${vault('put -cas=0')} -`,
    ),
    handOver: script(
      '# Not without the key.',
      `${vault('metadata get')} > /dev/null`,
      patch(theirs, {
        metadata: { annotations: { [REPLICAS]: String(replicas) } },
        spec: { replicas: 0 },
      }),
      `kubectl wait pod --namespace=${from.namespace} --selector='${selector}' --for=delete --timeout=10m`,
      ...(copies && volume.spec.claimRef.namespace === from.namespace
        ? inVolume(COPY_DATABASE)
        : []),
      patch(pv, {
        metadata: { annotations: { [RECLAIM_POLICY]: policy } },
        spec: {
          persistentVolumeReclaimPolicy: 'Retain',
          claimRef: claimRefOf(ownClaim),
        },
      }),
      apply({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: names.namespace, labels: { [ADOPT_LABEL]: 'true' } },
      }),
      apply(ownClaim),
      isBound(ownClaim),
      `echo 'Claim ${claim.metadata.name} in ${from.namespace} is Lost now: it stays for the way back. Next: apply tenant ${spec.name}'`,
    ),
    finish: script(
      `kubectl wait ${ours} --for=condition=Available --timeout=1m`,
      `kubectl exec ${ours} -- node -e 'require("node:fs").rmSync("${folder}/${COPY}", { recursive: true, force: true })'`,
      `kubectl delete deployment/${from.deployment} persistentvolumeclaim/${claim.metadata.name} --namespace=${from.namespace}`,
      policyBack,
      `kubectl label namespace/${names.namespace} ${ADOPT_LABEL}-`,
      `echo 'Left in ${from.namespace}, to be removed by hand; a Secret may still have the key:'`,
      `kubectl get service,ingress,configmap,secret --namespace=${from.namespace}`,
    ),
    undo: script(
      '# Deletes it where the portal has not made it a tenant yet.',
      `kubectl delete namespace --selector='${ADOPT_LABEL}=true,!${TENANT_LABEL}' --field-selector=metadata.name=${names.namespace}`,
      `if kubectl get namespace ${names.namespace} > /dev/null 2>&1; then`,
      `  echo 'Remove tenant ${spec.name} first (offboard-tenant): its volume stays' >&2`,
      '  exit 1',
      'fi',
      patch(pv, { spec: { claimRef: claimRefOf(claim) } }),
      isBound(claim),
      ...(copies ? inVolume(PUT_BACK) : []),
      patch(theirs, {
        metadata: { annotations: { [REPLICAS]: null } },
        spec: { replicas },
      }),
      `kubectl wait ${theirs} --for=condition=Available --timeout=30m`,
      policyBack,
      vault('metadata delete'),
    ),
  };
}

/** Runs a program in a pod like the hand-made n8n's, on its volume and in its place. */
function podScript(
  plan: TenantPlan,
  { from, deployment, container, claim }: HandMade,
  program: string,
): string[] {
  const { folder } = plannedParts(plan);
  const { imagePullSecrets, nodeSelector, securityContext, tolerations } =
    deployment.spec.template.spec;
  const { image, imagePullPolicy, resources } = container;
  const name = `n8n-adoption-${plan.spec.name}`;
  const pod = `pod/${name} --namespace=${from.namespace}`;
  return [
    `kubectl delete ${pod} --ignore-not-found`,
    apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: from.namespace },
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        imagePullSecrets,
        nodeSelector,
        securityContext,
        tolerations,
        containers: [
          {
            name: 'files',
            image,
            imagePullPolicy,
            resources,
            securityContext: container.securityContext,
            workingDir: folder,
            command: ['node', '-e', program],
            volumeMounts: [{ name: 'data', mountPath: folder }],
          },
        ],
        volumes: [
          {
            name: 'data',
            persistentVolumeClaim: { claimName: claim.metadata.name },
          },
        ],
      },
    }),
    `kubectl wait ${pod} --for=jsonpath='{.status.phase}'=Succeeded --timeout=30m`,
    `kubectl delete ${pod}`,
  ];
}

/** Puts out the tenant's entry, or says why it can't; nothing that it says has a value in it. */
function keyProgram({
  seed,
  folder,
  version,
  user,
}: ReturnType<typeof plannedParts>): string {
  const fields = seed.fields.map(({ name, from }) => [name, from]);
  return `
const { readdirSync, readFileSync, realpathSync } = require("node:fs");
const { homedir } = require("node:os");
const { dirname } = require("node:path");
const folder = "${folder}";
const ours = ${JSON.stringify(version ?? null)};
const refuse = why => {
  console.error("Not adopted, nothing was changed: " + why);
  process.exit(1);
};
const attempt = (run, why) => {
  try {
    return run();
  } catch {
    return refuse(why);
  }
};
const json = file => JSON.parse(readFileSync(file, "utf8"));
const wordsOf = pid => {
  try {
    return readFileSync("/proc/" + pid + "/cmdline", "utf8").split("\\0");
  } catch {
    return [];
  }
};

for (const [name, value] of Object.entries(${JSON.stringify(SETTINGS)})) {
  if (process.env[name] && process.env[name] !== value) {
    refuse(name + " is not " + (value || "empty") + ": its data is not in the volume alone");
  }
}
if ((process.env.N8N_USER_FOLDER || homedir()) + "/.n8n" !== folder) {
  refuse("n8n keeps its data elsewhere than in " + folder);
}
if (process.getuid() !== ${user ?? 'process.getuid()'}) {
  refuse("n8n runs as another UID than the tenant's would, which could not read its files");
}
const main = readdirSync("/proc").flatMap(wordsOf).find(word => word.endsWith("/bin/n8n"));
const theirs = attempt(
  () => json(dirname(dirname(realpathSync(main))) + "/package.json").version.split(".").map(Number),
  "its version can't be told",
);
const at = theirs.findIndex((part, i) => ours && part !== ours[i]);
if (at >= 0 && theirs[at] > ours[at]) {
  refuse("n8n " + theirs.join(".") + " is newer than the tenant's, " + ours.join("."));
}
const { encryptionKey } = attempt(() => json(folder + "/config"), "there is no key in " + folder + "/config");
const { DatabaseSync } = attempt(
  () => require("node:sqlite"),
  "Node.js of this image is older than 22.13: bring n8n up to date first",
);
const users = attempt(
  () => new DatabaseSync(folder + "/database.sqlite", { readOnly: true }).prepare("select * from user").all(),
  "there is no database in " + folder,
);
const owner = users.find(user => (user.roleSlug ?? user.role) === "global:owner");
const values = {
  "encryption-key": encryptionKey,
  "owner-email": owner?.email,
  "owner-password-hash": owner?.password,
};
const entry = ${JSON.stringify(
    fields,
  )}.map(([name, from]) => [name, values[from] || refuse("it has no " + from)]);
process.stdout.write(JSON.stringify(Object.fromEntries(entry)));
`.trim();
}
