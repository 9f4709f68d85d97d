import { say } from '@threewalls/backstage-plugin-tenants-common';
import { checksOf } from './entries';
import {
  loginRefused,
  policiesAre,
  vaultAnswers,
  vaultForbids,
} from './expectations';
import {
  nobodyElseCan,
  reachesNoOthers,
  rulesAreAll,
} from '../attempts/access';
import { asPlanned } from '../attempts/asPlanned';
import { externalSecretFor } from '../attempts/externalSecretProbe';
import { noOtherStore, storeReady } from '../attempts/stores';
import {
  noOtherMount,
  noOtherPolicy,
  noOtherRole,
} from '../attempts/vaultRoles';
import {
  authMount,
  both,
  capabilities,
  data,
  kv,
  login,
  mount,
  neighbourInVault,
  others,
  read,
  readsItsOwn,
} from './secretAttempts';
import { Check } from '../types';

const { control, barrier } = checksOf('secret');

const DENY = ['deny'];

/** The secret wall: what the tenant's own login may do in Vault, and who may use it. */
export const SECRET_CHECKS: Check[] = [
  control('sec.login', {
    title: 'Logs in to Vault',
    why: 'Without a login every refusal would come from having none',
    otherwise: 'the login to Vault failed',
    attempts: side => [login(side, side.tenant, vaultAnswers)],
  }),
  barrier('sec.token-policies', {
    title: 'Its token has its own policy and no other',
    why: 'One policy more is one path more',
    otherwise: 'its token has another policy',
    attempts: side => [
      login(
        side,
        side.tenant,
        policiesAre([side.tenant.plan.names.vaultPolicy]),
      ),
    ],
  }),
  control('sec.own-path', {
    title: 'Reads its own path',
    why: 'A Vault that is sealed, or a token that is bad, would pass every barrier',
    otherwise: 'its own Vault path could not be read',
    attempts: side => [read(side, data(side, side.tenant), vaultAnswers)],
  }),
  ...(['data', 'metadata', 'list', 'subkeys'] as const).map(part =>
    barrier(`sec.canary-${part}`, {
      title: `Can't read the canary's ${part}`,
      why: "The canary's path exists: its own login reads it at the same moment",
      otherwise: `read the canary's ${part}`,
      attempts: side => [
        read(side, kv(side, part, side.canary), vaultForbids, {
          party: side.canary,
          witnesses: [readsItsOwn(side, 'ram')],
        }),
      ],
    }),
  ),
  barrier('sec.neighbour-data', {
    title: "Can't read the neighbour's data",
    why: "That is what a neighbour's wall is for",
    otherwise: "read the neighbour's data",
    optional: true,
    attempts: side => {
      const party = neighbourInVault(side);
      return party
        ? [
            read(side, data(side, party), vaultForbids, {
              party,
              witnesses: [readsItsOwn(side, 'neighbour')],
            }),
          ]
        : { because: say('noNeighbourInVault') };
    },
  }),
  barrier('sec.list-root', {
    title: "Can't list the mount",
    why: "A list gives away every tenant's name",
    otherwise: 'listed the mount',
    attempts: side => [
      read(side, `${mount(side)}/metadata/?list=true`, vaultForbids),
    ],
  }),
  barrier('sec.neighbour-role', {
    title: "Can't log in as another tenant",
    why: 'A role that is bound too widely hands out its policy to anyone',
    otherwise: 'logged in as another tenant',
    attempts: side =>
      others(side).map(other =>
        login(
          side,
          other,
          loginRefused(
            /(service account name|namespace) not authorized/,
            'service account name or namespace not authorized',
          ),
        ),
      ),
  }),
  barrier('sec.wrong-audience', {
    title: "Can't log in with a token meant for another",
    why: 'A token that leaks from elsewhere must not open Vault',
    otherwise: 'logged in with a token meant for another',
    attempts: side => [
      login(
        side,
        side.tenant,
        loginRefused(/audience/, 'invalid audience'),
        'other',
      ),
    ],
  }),
  barrier('sec.prefix-twin', {
    title: 'Has no right on names that begin like its own',
    why: 'A wildcard at the end of a path also reads NAME-x and NAMEx',
    otherwise: 'has a right on names that begin like its own',
    attempts: side => {
      const own = side.tenant.plan.names.kvPath;
      return [
        capabilities(
          side,
          both(side, [`${own}-x`, `${own}x`]).map(path => [path, DENY]),
        ),
      ];
    },
  }),
  barrier('sec.capabilities', {
    title: "Has no right on others' paths",
    why: 'Vault says itself what it would allow, write and delete included',
    otherwise: "has a right on others' paths",
    attempts: side => [
      ...others(side).map(party =>
        capabilities(
          side,
          both(side, [party.plan.names.kvPath]).map(path => [path, DENY]),
          party,
        ),
      ),
      capabilities(
        side,
        [
          `${mount(side)}/config`,
          'sys/mounts',
          'sys/auth',
          `auth/${authMount(side)}/config`,
        ].map(path => [path, DENY]),
      ),
    ],
  }),
  barrier('sec.escalate', {
    title: "Can't give itself more rights",
    why: 'Writing a policy, a role or a token gives every right',
    otherwise: 'can give itself more rights',
    attempts: side => {
      const { vaultPolicy, vaultRole } = side.tenant.plan.names;
      return [
        capabilities(side, [
          [`sys/policies/acl/${vaultPolicy}`, DENY],
          [`auth/${authMount(side)}/role/${vaultRole}`, DENY],
          ['auth/token/create', DENY],
          ['identity/entity', DENY],
          [data(side, side.tenant), ['read']],
        ]),
      ];
    },
  }),
  barrier('sec.as-planned', {
    title: 'Its policy, role, accounts and stores are as planned',
    why: 'A right that nobody tries today is still a right',
    attempts: ({ tenant }) => asPlanned(tenant.plan, 'secret'),
  }),
  barrier('sec.other-roles', {
    title: "No other role of Vault's takes its ServiceAccounts",
    why: 'A role that takes everybody gives everybody what it has',
    attempts: side => noOtherRole(side),
  }),
  barrier('sec.other-mounts', {
    title: 'No other way in to Vault takes its ServiceAccounts',
    why: 'Another auth method may trust the same tokens, and knows nothing of tenants',
    attempts: side => [noOtherMount(side)],
  }),
  barrier('sec.other-policies', {
    title: "No other policy of Vault's reaches its entry",
    why: 'Whoever has a policy that is too wide needs no pod',
    attempts: side => [noOtherPolicy(side)],
  }),
  control('sec.store-ready', {
    title: 'Its SecretStore is Ready',
    why: 'External Secrets has to be able to log in as the tenant',
    otherwise: 'its SecretStore is not Ready',
    attempts: side => [storeReady(side)],
  }),
  barrier('sec.no-other-store', {
    title: 'There is no other store, and nothing else is fetched',
    why: 'A store without a ServiceAccount logs in as External Secrets itself',
    attempts: side => [noOtherStore(side)],
  }),
  barrier('sec.eso-neighbour', {
    title: "External Secrets can't fetch the canary's key for it",
    why: 'The operator reads for everyone: only the store limits it',
    otherwise: "External Secrets fetched the canary's key for it",
    attempts: side => [externalSecretFor(side, side.canary)],
  }),
  barrier('sec.k8s-secrets', {
    title: "Its ServiceAccounts have no right on others' Secrets",
    why: 'What Vault keeps apart ends up in Kubernetes Secrets',
    attempts: side => [reachesNoOthers(side)],
  }),
  barrier('sec.who-can', {
    title: 'Nobody else can read its Secrets or run anything as it',
    why: 'A store, a pod or a token of one’s own reads what the tenant reads',
    attempts: side => [nobodyElseCan(side, 'secret')],
  }),
  control('sec.access-review', {
    title: 'The API server agrees with its own rules',
    why: 'Another authorizer may allow what roles and bindings do not',
    otherwise: 'the API server allows what its rules do not, or the other way',
    attempts: side => [rulesAreAll(side)],
  }),
];
