import { Link } from '@backstage/ui';
import {
  Tenant,
  TenantWorkload,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { Facts, Mono, RefLink, RelativeTime, TitledCard } from '../Shared';

/** Where a tenant is, whose it is, and what its objects are called. */
export function Details(props: {
  tenant: Tenant;
  /** The n8n that it runs, once that is known */
  workload?: TenantWorkload;
}) {
  const { tenant, workload } = props;
  const { namespace, cluster, spec, owner, createdAt, names, url } = tenant;
  const accounts = [names.loginServiceAccount, names.workloadServiceAccount];
  const path = [names.kvMount, names.kvPath].filter(Boolean);
  const t = useText();
  return (
    <TitledCard title={t('tab.factsTitle')}>
      <Facts
        facts={{
          'tab.owner': <RefLink entityRef={owner} />,
          'tab.cluster': cluster,
          'tab.namespace': <Mono>{namespace}</Mono>,
          'tab.serviceAccounts': <Mono>{accounts.join(', ')}</Mono>,
          'tab.vaultPath': <Mono>{path.join('/')}</Mono>,
          'tab.vaultRole': <Mono>{names.vaultRole}</Mono>,
          'tab.vaultPolicy': <Mono>{names.vaultPolicy}</Mono>,
          'tab.url': url && <Link href={url}>{url}</Link>,
          'tab.size': spec.size,
          'tab.egress': <Egress tenant={tenant} />,
          'tab.n8nVersion': <Version workload={workload} />,
          'tab.signIn': spec.email,
          'tab.created': <RelativeTime iso={createdAt} />,
        }}
      />
    </TitledCard>
  );
}

/** It comes from the cluster, later than the rest: its place is kept. */
function Version(props: { workload?: TenantWorkload }) {
  const { workload } = props;
  const t = useText();
  if (!workload) {
    return <>{t('tab.unknown')}</>;
  }
  return (
    <span title={workload.image}>
      <Mono>{workload.version ?? workload.image}</Mono>
      {!workload.ready && ` ${t('tab.notReady')}`}
    </span>
  );
}

function Egress(props: { tenant: Tenant }) {
  const { egress, allowInternet } = props.tenant.spec;
  const t = useText();
  const allowed = [...egress.hosts, ...egress.cidrs];
  if (allowInternet) {
    allowed.push(t('tab.egressInternet'));
  }
  return allowed.length > 0 ? (
    <Mono>{allowed.join(', ')}</Mono>
  ) : (
    <>{t('tab.egressNone')}</>
  );
}
