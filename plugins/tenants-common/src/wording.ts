/**
 * What the backend says of walls, of receipts, of tenants and of its own parts, by
 * code. This is the English, which comes with each text; an app may translate it,
 * with the same values.
 *
 * What a cluster, a Vault or a pod has said is a value, verbatim.
 *
 * @public
 */
export const WORDINGS = {
  allBlocked: 'All {{counted}} attacks blocked',
  oneBlocked: 'The one attack was blocked',
  withoutVault: 'All {{counted}} attacks blocked; it has nothing in Vault',
  late: 'All {{counted}} attacks blocked; open for {{seconds}} s after the pod started',
  gotThrough:
    '{{through}} of {{counted}} attacks got through. First: {{first}}',
  inDoubt: "Couldn't verify: {{first}}",
  inDoubtMore: "Couldn't verify: {{first}} ({{more}} more affected)",
  foundMore: '{{first}} (and {{more}} more)',
  nothingTried: 'Nothing was tried',
  notTried: '{{id}} was not tried',
  noProof: 'No proof yet',
  notJudged: 'Not judged by the last proof',
  notCompared: 'Not compared with the plan yet',
  proverMissed: 'The drill missed a breach: {{reason}}',
  proverFailed: 'The drill failed {{failures}} times: {{reason}}',
  proverOverdue: 'The drill is overdue',
  clocksDiffer: 'Portal and database clocks differ by {{seconds}} s',
  clusterUnknown: 'Cluster {{cluster}} is no longer configured',
  clusterAway: "Can't reach cluster {{cluster}}: {{reason}}",
  namespaceGone: 'Namespace {{namespace}} was deleted',
  namespaceReplaced: 'Namespace {{namespace}} was deleted and created again',
  labelLost: 'Namespace {{namespace}} has lost its label {{label}}',
  partCluster: 'cluster {{cluster}}',
  partVault: 'Vault of {{cluster}}',
  partDatabase: 'database',
  partConfinement: 'confinement in {{cluster}}',

  // Why a receipt's outcome is what it is.
  connected: 'The connection succeeded; it should have been blocked',
  deniedOtherwise:
    "The connection failed with {{code}}: this cluster's walls deny with {{wanted}} (tenants.network.denial)",
  notResolved:
    "The name did not resolve ({{code}}). Policies let DNS through to {{where}} on port {{ports}}: if the cluster's resolver listens elsewhere, set tenants.network.dns",
  vaultAnswered: 'Vault answered {{answer}}',
  vaultLetThrough: "Vault's policy let the request through ({{code}})",
  vaultExpected: 'Expected {{wanted}}; Vault answered {{answer}}',
  loginLetThrough: 'Vault let the login through',
  tokenHas: 'The token has {{found}}, and may have {{wanted}} only',
  witnessed: 'Meanwhile {{seen}}',
  witnessless: 'It proves nothing unless {{unmet}}',
  unmet: '{{wanted}}: not so ({{answer}})',
  noAnswer: 'no answer',
  reachesOwn: '{{who}} reaches its own Service',
  reaches: '{{who}} reaches {{target}}',
  resolves: '{{who}} resolves {{name}}',
  readsOwn: "{{who}}'s own login reads {{path}}",
  logsIn: 'it logs in with its own role',
  whoTenant: 'the tenant',
  whoNeighbour: 'the neighbour',
  whoRam: "the canary's test client",
  whoCanary: 'the canary',
  openAtFirst: 'Open for {{seconds}} s after the pod started',
  openAtFirstThen: 'Open for {{seconds}} s after the pod started. {{then}}',
  nobodyReaches:
    "The canary's test client, which may go anywhere, doesn't reach {{target}} either",
  nothingThere:
    "There is nothing at {{target}} here: the canary's test client doesn't reach it either, but does reach the canary",
  manyHosts:
    '{{target}} is allowed and matches more than one host, so none is dialled. net.as-planned compares its policy',
  notPrinted: 'The pod did not print this receipt',
  created: 'The API server would create it: {{title}}',
  refusedElse: 'Refused for another reason: {{answer}}',
  tighter: 'Refused by {{quota}}, which is tighter than {{planned}}',
  quotaUsed: 'A quota is used up: the wall works',
  podLevelDropped: 'This API server drops pod-level resources',
  resolverAnswered:
    "The cluster's resolver was asked, and answered {{response}}",
  lookupEnded: 'The lookup ended with {{code}}',
  dnsOpened:
    '{{policy}} allows DNS for any name, so DNS as a way out for data is not covered here',
  ranNowhere: 'The proof pod ran on no node',
  ranElsewhere:
    'The proof pod found no room on {{nodes}}: everything was tried from {{node}}',
  subjectMay: '{{subject}} may {{actions}} ({{binding}})',
  andMore: 'and {{more}} more',
  rulesDisagree: 'Roles and bindings say otherwise: {{found}}',
  notInstalled: '{{name}} is not installed',
  notDenying: '{{name}} is installed, and does not deny everything',
  probeNotMade: "Couldn't create the ExternalSecret: {{message}}",
  secretWritten: 'External Secrets wrote Secret {{name}}',
  keyRead: 'External Secrets could read the key with this store',
  storeSilent:
    'External Secrets reported nothing within {{ms}} ms: is it running?',
  storeRefusedElse: 'External Secrets was refused something else: {{request}}',
  gone: '{{what}} is gone',
  wasChanged: '{{what}} was changed: {{found}}',
  unread: "Couldn't read {{what}}: {{problem}}",
  several: '{{all}}',
  policyOpen: 'Open: {{found}}',
  policyAllows: 'Allows more than the plan: {{found}}',
  policyUnknown: "Can't tell what it allows: {{found}}",
  notOfPlan: 'Not part of the plan, but usable in {{namespace}}: {{found}}',
  roleTakes: 'Role {{role}} accepts {{accounts}}, and grants {{policies}}',
  vaultPolicyGives:
    'Vault policy {{policy}} allows {{gives}}: narrow it, or name it in vault.trustedPolicies',
  neighbourAway: "The neighbour couldn't take part: {{problem}}",

  // Why a check tries nothing.
  noNeighbour: 'No neighbour took part in this round',
  noNeighbourInVault:
    'No neighbour with an entry in Vault took part in this round',
  noDestination: 'The tenant is allowed no destination',
  everyAddress: 'The tenant is allowed every address that would be tried',
  everyName: 'The tenant is allowed every name that would be tried',
  rangesAllowed: 'The tenant is allowed ranges, whatever their names',
  namesUnknown: "NetworkPolicies can't tell names apart",
  noSandbox: 'No sandbox is declared',
  noNodes: 'No dedicated nodes are declared',
  noNode: 'n8n runs on no node',
  nothingInVault: 'Config says that it has nothing in Vault',
  vaultUndeclared:
    'Config does not say what it has in Vault: set proofOnly[].vault or withoutVault',
  limitsUndeclared: 'Config does not say its limits: set proofOnly[].limits',
  nothingDeclared: 'Nothing in Vault is declared',
  noPlanPolicies:
    'There is no plan: net.no-widening compares its policies with what config declares',
  noPlanStore:
    'No SecretStore is declared: sec.no-other-store finds those that config does not except',
  noPlanSecret:
    'It would create an ExternalSecret, and only proof pods are created here: sec.no-other-store finds every store that config does not except',
  noPlanQuotas:
    'There is no plan: dry runs compare its quotas and limits with what config declares',
  noPlanPods: 'There is no plan: res.pods-restricted looks at pods',
  heldElse: "Admission protects the portal's own objects only",

  // Why a proof pod gave no answer.
  notBegun: 'The round could not begin: {{problem}}',
  podNotMade: "Couldn't create the proof pod: {{message}}",
  podGone: 'The proof pod was deleted during the proof',
  podNoNode: 'The proof pod finds no node: {{message}}',
  podFailed: 'The proof pod failed: {{message}}',
  podStuck: "The proof pod can't start: {{message}}",
  podEnded: 'The proof pod ended early: {{message}}',
  podLate: 'The proof pod was not done at the deadline ({{last}})',
  podLost: "Couldn't follow the proof pod: {{message}}",
  quotaUncounted:
    "{{quota}} was not counted by the cluster's quota controller within {{ms}} ms: is it busy, or down?",
  quotaTaken:
    '{{quota}} had no room for a pod within {{ms}} ms (used: {{used}}): are older proof pods left there?',
} as const;

/** @public */
export type WordingCode = keyof typeof WORDINGS;

/**
 * What a text has room for: something verbatim, a number, another text, or several
 * of these.
 *
 * @public
 */
export type WordingValue = string | number | Wording | (string | Wording)[];

/**
 * A text by code and values.
 *
 * @public
 */
export interface Wording {
  /** Which text */
  code: WordingCode;
  /** By the name that the text has for each; `check` names the check that `first` is about */
  values: Record<string, WordingValue>;
}

/**
 * What the backend says, in English, and by code where an app can translate it.
 *
 * @public
 */
export interface Said {
  /** One line */
  summary: string;
  /** Absent where only a cluster, a Vault or an earlier version has said it */
  wording?: Wording;
}

/**
 * Names of the values that a text has room for.
 *
 * @public
 */
export type ValuesIn<TText> =
  TText extends `${string}{{${infer TName}}}${infer TRest}`
    ? TName | ValuesIn<TRest>
    : never;

/**
 * Says something that has a code.
 *
 * @public
 */
export function say<TCode extends WordingCode>(
  code: TCode,
  ...[values]: ValuesIn<(typeof WORDINGS)[TCode]> extends never
    ? []
    : [
        Record<
          ValuesIn<(typeof WORDINGS)[TCode]>,
          string | number | Said | Said[]
        > & {
          check?: string;
        },
      ]
): Required<Said> {
  const given: Record<string, Sayable | Said[]> = values ?? {};
  return {
    summary: WORDINGS[code].replace(/{{(\w+)}}/g, (_, name) =>
      [given[name]].flat().map(inEnglish).join('; '),
    ),
    wording: {
      code,
      values: Object.fromEntries(
        Object.entries(given).map(([name, value]) => [
          name,
          Array.isArray(value)
            ? value.map(one => byCode(one) as string | Wording)
            : byCode(value),
        ]),
      ),
    },
  };
}

/**
 * Says what a cluster, a Vault or a pod has said, and nobody translates.
 *
 * @public
 */
export function quote(summary: string): Said {
  return { summary };
}

type Sayable = string | number | Said;

function inEnglish(value: Sayable): string {
  return typeof value === 'object' ? value.summary : String(value);
}

function byCode(value: Sayable): string | number | Wording {
  return typeof value === 'object' ? value.wording ?? value.summary : value;
}
