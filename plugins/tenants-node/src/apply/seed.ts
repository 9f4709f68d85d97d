import { randomBytes } from 'node:crypto';
import { ConflictError, InputError } from '@backstage/errors';
import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import { hash } from 'bcryptjs';
import { VaultError } from '../clients';
import { SeedField, SeedResource } from '../plan/types';
import { ApplyContext } from './applyKubernetes';

/**
 * Rounds of bcrypt for the owner's first password, as n8n itself uses; and for
 * one of 192 random bits, which no number of rounds makes harder to guess.
 */
const BCRYPT_ROUNDS = { given: 10, random: 4 };

/** Fields of an entry's custom metadata: whose it is. */
const MARK = {
  namespace: 'threewalls-namespace-uid',
  owner: 'threewalls-owner',
};

/**
 * Values of the form's secrets that a KV seed takes.
 *
 * @public
 */
export interface SeedValues {
  /** Of the first password of n8n's owner; made up where absent, and then unknown to all */
  ownerPasswordHash?: string;
}

/** @public */
export interface SeedOptions {
  seed?: SeedValues;
  /** UID of the namespace before this one, where the tenant is restored: its entry is taken over */
  formerUid?: string;
  /** Whether the records say that this very namespace's entry was about to be written */
  seeding?: boolean;
  /** Called before an entry is written, so that the records can say so */
  onSeeding?: () => Promise<void>;
  /** Write a new key although there is data that it can't read */
  beginAnew?: boolean;
}

type SeedContext = ApplyContext & SeedOptions & { namespaceUid: string };

/**
 * The form in which n8n takes a password, and the only one in which the portal
 * ever keeps it.
 *
 * @public
 */
export async function hashPassword(password: string): Promise<string> {
  return hash(password, BCRYPT_ROUNDS.given);
}

/**
 * Writes a KV entry that is not there yet; one that is there is never touched, nor
 * read. Its custom metadata says whose it is: another's is never used. And no
 * new key is ever written where there may be data of an old one.
 *
 * @throws ConflictError that names the ways out
 */
export async function applySeed(
  resource: SeedResource,
  context: SeedContext,
): Promise<'created' | 'unchanged'> {
  const { vault } = context.cluster;
  const { mount, path, id } = resource;
  const metadataPath = `${mount}/metadata/${path}`;
  // The portal may create a KV entry and not overwrite it, and a refused write
  // of an existing one reads like any other 403: look first.
  const metadata = await vault.read(metadataPath);
  const mark = () =>
    vault.expect('POST', metadataPath, {
      custom_metadata: {
        [MARK.namespace]: context.namespaceUid,
        [MARK.owner]: context.plan.spec.owner,
      },
    });
  if (metadata) {
    const marked = entryNamespace(metadata);
    if (marked !== context.namespaceUid) {
      checkTakeover(id, marked, context);
      await mark();
    }
    const version = metadata.versions?.[metadata.current_version];
    if (version && !version.destroyed && !version.deletion_time) {
      return 'unchanged';
    }
  }
  if (!context.beginAnew) {
    await checkNothingDepends(resource, metadata, context);
  }
  if (metadata) {
    // Begun anew, or an entry of which only the frame is left.
    await vault.expect('DELETE', metadataPath);
  }
  await write(resource, context);
  await mark();
  return 'created';
}

/** UID of the namespace that an entry is marked with. */
export function entryNamespace(metadata: any): string | undefined {
  return metadata?.custom_metadata?.[MARK.namespace];
}

function checkTakeover(
  id: string,
  marked: string | undefined,
  { adopt, formerUid, seeding, namespaceUid }: SeedContext,
): void {
  const isOurs = marked === undefined ? seeding : marked === formerUid;
  if (!isOurs && !adopt) {
    throw new ConflictError(
      `${id} exists and is ${
        marked
          ? `of another namespace (UID ${marked}, not ${namespaceUid})`
          : 'not marked as this tenant’s'
      }: remove it in Vault, or have an administrator say adopt to use its key and password`,
    );
  }
}

async function checkNothingDepends(
  { id, dependents }: SeedResource,
  metadata: any,
  { cluster, fresh, signal }: ApplyContext,
): Promise<void> {
  const found = fresh
    ? []
    : (
        await Promise.all(
          dependents.map(ref => cluster.kubernetes.get(ref, { signal })),
        )
      ).flatMap((object, i) =>
        object ? [`${dependents[i].kind} ${dependents[i].name}`] : [],
      );
  if (found.length > 0) {
    const version = metadata?.current_version;
    throw new ConflictError(
      `${id} ${
        version ? `was deleted (version ${version})` : 'is gone'
      }, and ${found.join(
        ', ',
      )} is there, with data that only its encryption key can read. A new key would make every stored credential unreadable, so none was written. Ways out: restore the entry (${
        version ? `vault kv undelete -versions=${version}, or ` : ''
      }from a snapshot of Vault); have an administrator write the key that n8n still has, in its Secret or in the file "config" on its volume, to the entry again; or say beginAnew and lose the stored credentials`,
    );
  }
}

async function write(
  { mount, path, fields }: SeedResource,
  context: SeedContext,
): Promise<void> {
  const { vault, name } = context.cluster;
  // A KV v1 mount would take the write, as an entry that nobody looks for.
  if ((await vault.kvVersion(mount)) === '1') {
    throw new InputError(
      `Vault's mount ${mount} is KV version 1: set vault.kvMount of cluster ${name} to one of version 2`,
    );
  }
  const data: Record<string, string> = {};
  for (const field of fields) {
    data[field.name] = await seedValue(field, context.plan.spec, context.seed);
  }
  await context.onSeeding?.();
  const target = `${mount}/data/${path}`;
  const response = await vault.request('POST', target, {
    options: { cas: 0 },
    data,
  });
  if (response.status === 404) {
    throw new InputError(
      `Vault has no KV v2 mount at ${mount}: set vault.kvMount of cluster ${name}, or enable one`,
    );
  }
  if (response.status >= 300) {
    throw VaultError.fromResponse({ method: 'POST', path: target }, response);
  }
}

async function seedValue(
  field: SeedField,
  spec: TenantSpec,
  seed: SeedValues = {},
): Promise<string> {
  switch (field.from) {
    case 'owner-email':
      return spec.email ?? `owner@${spec.name}.example.com`;
    case 'owner-password-hash':
      return (
        seed.ownerPasswordHash ??
        hash(randomBytes(24).toString('base64url'), BCRYPT_ROUNDS.random)
      );
    default:
      return randomBytes(32).toString('base64url');
  }
}
