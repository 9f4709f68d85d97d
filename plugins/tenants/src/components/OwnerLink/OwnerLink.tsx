import { Link } from '@backstage/ui';
import {
  useEntityPresentation,
  useEntityRefLink,
} from '@backstage/plugin-catalog-react';

/** The name of a tenant's owner, which leads to its page. */
export function OwnerLink(props: { entityRef: string }) {
  const link = useEntityRefLink();
  const { primaryTitle } = useEntityPresentation(props.entityRef);
  return <Link href={link(props.entityRef)}>{primaryTitle}</Link>;
}
