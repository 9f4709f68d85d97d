import { useCallback } from 'react';
import { ButtonLink, Link } from '@backstage/ui';
import { useRouteRef } from '@backstage/frontend-plugin-api';
import { useSearchParams } from 'react-router-dom';
import { reportRouteRef } from '../../routes';
import {
  useEntityPresentation,
  useEntityRefLink,
} from '@backstage/plugin-catalog-react';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  isProofOnly,
  Tenant,
  tenantCreatePermission,
  tenantRemovePermission,
  tenantResizePermission,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useMay, useTemplateLink } from '../../queries';

/** Where the tab is on a tenant's entity page, unless an adopter moves it. */
const TAB = 'tenant';

/** The name of a user or group, which leads to its page. */
export function RefLink(props: {
  entityRef: string;
  /** As large as the text around it */
  variant?: 'body-small';
}) {
  const { entityRef, variant } = props;
  const link = useEntityRefLink();
  const { primaryTitle } = useEntityPresentation(entityRef);
  return (
    <Link href={link(entityRef)} variant={variant}>
      {primaryTitle}
    </Link>
  );
}

/** By whom something was done, where somebody did it: follows what was done. */
export function By(props: { entityRef?: string }) {
  const { entityRef } = props;
  const t = useText();
  return entityRef ? (
    <>
      {' '}
      {t('attention.by')} <RefLink entityRef={entityRef} variant="body-small" />
    </>
  ) : null;
}

/** What on a tenant's tab an address points at. */
export interface TabTarget {
  /** Opens this proof */
  proof?: string;
  /** Opens this receipt of the proof */
  receipt?: string;
  /** Scrolls to a part of the tab */
  part?: 'changes' | 'proofs';
}

/** The address of a tenant's tab, and of what is on it. */
export function useTabLink() {
  const entityLink = useEntityRefLink();
  return useCallback(
    (tenantName: string, { proof, receipt, part }: TabTarget = {}) => {
      const page = entityLink(`resource:default/${tenantName}`);
      const entity = page.replace(/\/$/, '');
      const search = changed('', { proof, receipt }).toString();
      return `${entity}/${TAB}${search && `?${search}`}${
        part ? `#${part}` : ''
      }`;
    },
    [entityLink],
  );
}

/** Leads to a report on tenants, all of them where none is named; shown where the plugin's page is. */
export function ReportLink(props: { names: string[]; proofId?: string }) {
  const { names, proofId } = props;
  const t = useText();
  const route = useRouteRef(reportRouteRef);
  const tenants = new URLSearchParams(names.map(name => ['tenant', name]));
  const search = changed(tenants, { proof: proofId });
  return route ? (
    <ButtonLink variant="secondary" href={`${route()}?${search}`}>
      {t(names.length ? 'tab.report' : 'page.report')}
    </ButtonLink>
  ) : null;
}

/**
 * The forms that change a tenant, filled in for it. One that this portal does
 * not have, or that the user may not use, is absent, and so are all where a tenant
 * is only proved: a button has to work.
 */
export function useTenantForms(tenant: Tenant) {
  const { name, spec, phase } = tenant;
  const mayResize = useMay(tenantResizePermission, name);
  const mayRemove = useMay(tenantRemovePermission, name);
  const templateLink = useTemplateLink();
  const form = (template: string, isAllowed: boolean, formData: object) => {
    const href = templateLink(template);
    const query = new URLSearchParams({ formData: JSON.stringify(formData) });
    return isAllowed && href && phase !== 'removing' && !isProofOnly(spec)
      ? `${href}?${query}`
      : undefined;
  };
  return {
    resize: form('resize-tenant', mayResize, {
      tenant: name,
      size: spec.size,
    }),
    offboard: form('offboard-tenant', mayRemove, { tenant: name }),
  };
}

/** Parameters of an address; what changes to nothing is left out. */
type Changes = Record<string, string | undefined>;

/** An address's parameters with some of them changed. */
export function changed(
  parameters: URLSearchParams | string,
  changes: Changes,
): URLSearchParams {
  const next = new URLSearchParams(parameters);
  for (const [key, value] of Object.entries(changes)) {
    next.delete(key);
    if (value) {
      next.set(key, value);
    }
  }
  return next;
}

/** The parameters of the page's address, what changes some of them, and what sets all. */
export function useAddress() {
  const [parameters, setParameters] = useSearchParams();
  const set = (changes: Changes, options?: { replace: boolean }) =>
    setParameters(last => changed(last, changes), options);
  return [parameters, set, setParameters] as const;
}

/** Shown where the portal has the template and the user may use it. */
export function CreateLink() {
  const t = useText();
  const { allowed } = usePermission({ permission: tenantCreatePermission });
  const href = useTemplateLink()('create-tenant');
  return allowed && href ? (
    <ButtonLink href={href}>{t('page.create')}</ButtonLink>
  ) : null;
}

/** Hands a file to the user, as a browser does for a link to a download. */
export function saveFile(content: string, type: string, name: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
