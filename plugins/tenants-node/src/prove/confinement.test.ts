import { testProfile } from '../__fixtures__/platform';
import { Cluster } from '../clients/clusters';
import { tryConfinement } from './confinement';

type Write = { verb: 'create' | 'apply'; object: any };

const isNamespace = ({ object }: Write) => object.kind === 'Namespace';

/** What the policies under deploy/ refuse, rule by rule. */
const RULES: Record<string, (write: Write, prefix: string) => boolean> = {
  prefix: (write, prefix) =>
    isNamespace(write) &&
    write.verb === 'create' &&
    !write.object.metadata.name.startsWith(prefix),
  restricted: write =>
    isNamespace(write) &&
    write.verb === 'create' &&
    !('pod-security.kubernetes.io/enforce' in write.object.metadata.labels),
  foreign: (write, prefix) =>
    isNamespace(write) &&
    write.verb === 'apply' &&
    !write.object.metadata.name.startsWith(prefix),
  bindings: ({ object }, prefix) =>
    object.kind === 'RoleBinding' &&
    !object.metadata.namespace.startsWith(prefix),
};

/** A cluster with these rules, for one prefix in deploy/ and one in config. */
function cluster(
  rules: string[],
  {
    deployed = 'web-tenant-',
    configured = 'web-tenant-',
    otherwise = 201,
  } = {},
): Cluster {
  const answer = (verb: Write['verb']) => async (object: any, options: any) => {
    expect(options).toEqual({ dryRun: true });
    const isRefused = rules.some(rule =>
      RULES[rule]({ verb, object }, deployed),
    );
    return { status: isRefused ? 422 : otherwise, body: {} };
  };
  return {
    name: 'lab',
    config: testProfile({ naming: { namespacePrefix: configured } }),
    kubernetes: { create: answer('create'), apply: answer('apply') },
  } as unknown as Cluster;
}

const ALL = Object.keys(RULES);

describe('the confinement, by dry run', () => {
  it('is as it has to be where each is refused and the one is not', async () => {
    expect(await tryConfinement(cluster(ALL))).toEqual([]);
    // That something is there was found behind admission.
    const there = cluster(ALL, { otherwise: 409 });
    expect(await tryConfinement(there)).toEqual([]);
  });

  it.each([
    ['prefix', /don't begin with web-tenant-$/],
    ['restricted', /without PodSecurity restricted/],
    ['foreign', /change namespaces that are not its own/],
    ['bindings', /bind roles outside/],
  ])('is not without the rule %s', async (missing, said) => {
    const rest = ALL.filter(rule => rule !== missing);
    expect(await tryConfinement(cluster(rest))).toEqual([
      expect.stringMatching(said),
    ]);
  });

  it('names everything where there is none', async () => {
    expect(await tryConfinement(cluster([]))).toHaveLength(4);
  });

  it('is not with another prefix in deploy/ than in config', async () => {
    const other = cluster(ALL, { deployed: 'n8n-' });
    expect(await tryConfinement(other)).toContain(
      'may make no namespaces that begin with web-tenant-',
    );
    // One that the name of the first try begins with.
    const short = { deployed: 'threewalls-', configured: 'threewalls-' };
    expect(await tryConfinement(cluster(ALL, short))).toEqual([]);
  });

  it.each([404, 429, 503])('is not known by a %s', async status => {
    const tried = tryConfinement(cluster([], { otherwise: status }));
    await expect(tried).rejects.toThrow(`with ${status}`);
  });
});
