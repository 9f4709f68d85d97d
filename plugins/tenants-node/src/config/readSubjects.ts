import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { TrustedSubject } from './platform';

/**
 * Reads a list of `trustedSubjects`.
 *
 * @throws InputError for one that Kubernetes would know under no name
 */
export function readSubjects(
  config: Config | undefined,
  where: string,
): TrustedSubject[] {
  const subjects = config?.getOptionalConfigArray('trustedSubjects') ?? [];
  return subjects.map((subject, i) => {
    const at = `${where}.trustedSubjects[${i}]`;
    const kind = subject.getString('kind');
    const name = subject.getString('name');
    const namespace = subject.getOptionalString('namespace');
    if (kind !== 'User' && kind !== 'Group' && kind !== 'ServiceAccount') {
      throw new InputError(
        `${at}.kind is ${kind}, and has to be one of User, Group, ServiceAccount`,
      );
    }
    if ((kind === 'ServiceAccount') !== (namespace !== undefined)) {
      throw new InputError(
        `${at}: a ServiceAccount has a namespace, and nothing else has: ${kind} ${name}`,
      );
    }
    if (name === '*' && kind !== 'ServiceAccount') {
      throw new InputError(
        `${at}: ${kind} * would trust everybody: name those that are trusted`,
      );
    }
    return { kind, name, ...(namespace && { namespace }) };
  });
}
