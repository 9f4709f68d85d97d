/**
 * What the backend says of walls, of tenants and of its own parts, by code. This is
 * the English; an app may translate each text, with the same values.
 *
 * What a cluster, a Vault or a receipt has said is a value, verbatim.
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
} as const;

/**
 * What a {@link Wording} says.
 *
 * @public
 */
export type WordingCode = keyof typeof WORDINGS;

/**
 * A text by code and values.
 *
 * @public
 */
export interface Wording {
  /** Which text */
  code: WordingCode;
  /** By the name that the text has for each; `check` names the check that `first` is about */
  values: Record<string, string | number>;
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
        Record<ValuesIn<(typeof WORDINGS)[TCode]>, string | number> & {
          check?: string;
        },
      ]
): Required<Said> {
  const given: Wording['values'] = values ?? {};
  const summary = WORDINGS[code].replace(/{{(\w+)}}/g, (_, name) =>
    String(given[name]),
  );
  return { summary, wording: { code, values: given } };
}
