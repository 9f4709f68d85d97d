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
  const mono = (text: string) => <Mono key={text}>{text}</Mono>;
  const t = useText();
  return (
    <TitledCard title={t('tab.factsTitle')}>
      <Facts
        facts={[
          [t('tab.owner'), <RefLink key="owner" entityRef={owner} />],
          [t('tab.cluster'), cluster],
          [t('tab.namespace'), mono(namespace)],
          [
            t('tab.serviceAccounts'),
            mono(
              `${names.loginServiceAccount}, ${names.workloadServiceAccount}`,
            ),
          ],
          [
            t('tab.vaultPath'),
            mono([names.kvMount, names.kvPath].filter(Boolean).join('/')),
          ],
          [t('tab.vaultRole'), mono(names.vaultRole)],
          [t('tab.vaultPolicy'), mono(names.vaultPolicy)],
          [
            t('tab.url'),
            url && (
              <Link key="url" href={url}>
                {url}
              </Link>
            ),
          ],
          [t('tab.size'), spec.size],
          [t('tab.egress'), <Egress key="egress" tenant={tenant} />],
          [t('tab.n8nVersion'), <Version key="n8n" workload={workload} />],
          [t('tab.signIn'), spec.email],
          [t('tab.created'), <RelativeTime key="created" iso={createdAt} />],
        ]}
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
