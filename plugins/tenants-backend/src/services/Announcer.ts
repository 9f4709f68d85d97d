import { randomUUID } from 'node:crypto';
import { AuditorService, LoggerService } from '@backstage/backend-plugin-api';
import { EventsService } from '@backstage/plugin-events-node';
import { NotificationService } from '@backstage/plugin-notifications-node';
import { SignalsService } from '@backstage/plugin-signals-node';
import {
  TENANT_EVENT_TOPIC,
  TENANT_SIGNAL_CHANNEL,
  TenantChange,
  TenantEventPayload,
  TenantSignal,
} from '@threewalls/backstage-plugin-tenants-common';
import { LRUCache } from 'lru-cache';
import { WallChange } from '../database/ProofStore';
import { StoredOperation } from '../database/rows';
import { Tenant } from '../inventory/Inventory';
import { describeChanges } from '../operations/changes';
import { Bursts, LATEST_MS } from './Bursts';
import { HiddenNames } from './HiddenNames';

/** Tenants that one notification names, at most. */
const NAMED = 20;

/** Of whom something is told. */
type About = Pick<Tenant, 'uid' | 'name' | 'cluster' | 'owner'>;

interface News {
  eventId: string;
  isBad: boolean;
  title: string;
  description: string;
  scope: string;
  meta: Record<string, any>;
}

/**
 * Tells the portal that an operation has moved, and owners what has become of their
 * tenants: by signals, events, notifications, the log and the audit log. Never fails.
 */
export class Announcer {
  #isSilenced = false;
  /** The last news of a tenant, by its UID and scope */
  readonly #latest = new LRUCache<string, News>({
    max: 100_000,
    ttl: LATEST_MS + 60_000,
  });
  /** News of many tenants at once, for the platform */
  readonly #bursts = new Bursts<{ tenant: About; news: News }>(more =>
    this.#tellPlatform(more),
  );

  constructor(
    private readonly services: {
      signals: SignalsService;
      events: EventsService;
      notifications: NotificationService;
      auditor: AuditorService;
      logger: LoggerService;
    },
    private readonly audience: {
      names: HiddenNames;
      /** Entity refs that hear of every tenant, beside its owner */
      platform: string[];
      /** Whether nobody is to be notified of a tenant now */
      isMuted(uid: string): Promise<boolean>;
    },
  ) {}

  /** An operation was queued, has begun or has ended: everybody hears it, hence no name. */
  async moved({ id, uid, request, state }: StoredOperation): Promise<void> {
    const isOpen = state === 'queued' || state === 'running';
    const message: TenantSignal = {
      ...(uid && { uid }),
      proofId: id,
      kind: request.kind,
      state: isOpen ? state : 'done',
    };
    await this.#quietly('A signal', () =>
      this.services.signals.publish({
        recipients: { type: 'broadcast' },
        channel: TENANT_SIGNAL_CHANNEL,
        message,
      }),
    );
  }

  async tenantChanged(name: string): Promise<void> {
    const eventPayload: TenantEventPayload = { name };
    await this.#quietly('An event', () =>
      this.services.events.publish({ topic: TENANT_EVENT_TOPIC, eventPayload }),
    );
  }

  async stillBreached(tenant: About, walls: string[]): Promise<void> {
    await this.#tell(tenant, {
      eventId: 'mute-end',
      isBad: true,
      title: `${tenant.name}: ${walls.join(' and ')} ${
        walls.length > 1 ? 'walls are' : 'wall is'
      } still breached`,
      description: 'Notifications were muted until now',
      scope: `${tenant.name}:mute`,
      meta: { walls },
    });
  }

  async wallChanged(tenant: About, change: WallChange): Promise<void> {
    const { wall, status, summary } = change;
    const isBreach = status === 'breached';
    await this.#tell(tenant, {
      eventId: 'wall-change',
      isBad: isBreach,
      title: isBreach
        ? `${tenant.name}: the ${wall} wall is breached`
        : `${tenant.name}: the ${wall} wall holds again`,
      description: summary,
      scope: `${tenant.name}:${wall}`,
      meta: { wall, status },
    });
  }

  /** Others have changed a tenant's objects, or they are as applied again. */
  async objectsChanged(tenant: About, changed: TenantChange[]): Promise<void> {
    const ids = changed.map(({ id }) => id);
    await this.#tell(tenant, {
      eventId: 'tenant-change',
      isBad: ids.length > 0,
      title: ids.length
        ? `${tenant.name}: ${ids[0]}${
            ids.length > 1 ? ` and ${ids.length - 1} more were` : ' was'
          } changed`
        : `${tenant.name}: everything is as it was applied again`,
      description: describeChanges(changed),
      scope: `${tenant.name}:changed`,
      meta: { resources: ids },
    });
  }

  /** The portal was to restore a tenant by itself, and has not. */
  async notHealed(tenant: About, reason: string): Promise<void> {
    await this.#tell(tenant, {
      eventId: 'tenant-not-healed',
      isBad: true,
      title: `${tenant.name} was not restored`,
      description: reason,
      scope: `${tenant.name}:heal`,
      meta: {},
    });
  }

  /** A tenant can't be read any more, or can again. */
  async lost(tenant: About, reason: string | undefined): Promise<void> {
    await this.#tell(tenant, {
      eventId: 'tenant-lost',
      isBad: reason !== undefined,
      title: reason
        ? `${tenant.name} is lost: its walls can't be proved`
        : `${tenant.name} is found again`,
      description: reason ?? '',
      scope: `${tenant.name}:lost`,
      meta: { lost: reason !== undefined },
    });
  }

  /** A namespace looks like a tenant's and is none of this portal's. */
  async impostor(found: {
    name: string;
    cluster: string;
    namespace: string;
    uid: string;
    problem: string;
  }): Promise<void> {
    const { problem, ...meta } = found;
    const { namespace, cluster, uid } = found;
    const title = `Namespace ${namespace} of cluster ${cluster} looks like a tenant's and is none`;
    this.services.logger.warn(`${title}: ${problem}`);
    await this.#audit('tenant-impostor', true, meta, problem);
    await this.#notify(this.audience.platform, {
      title,
      description: problem,
      link: '/tenants',
      isBad: true,
      scope: `${uid}:impostor`,
    });
  }

  /** Proofs of a cluster can't be believed any more, or can again. */
  async doubted(cluster: string, problem: string | undefined): Promise<void> {
    await this.#notify(this.audience.platform, {
      title: problem
        ? `Cluster ${cluster}: the last drill missed a breach or didn't finish, so its walls are unproven`
        : `Cluster ${cluster}: a drill has found every breach again`,
      description: problem ?? 'Its proofs count again',
      link: '/tenants',
      isBad: problem !== undefined,
      scope: `${cluster}:drill`,
    });
  }

  /** Sends what was collected. */
  async stop(): Promise<void> {
    await this.#bursts.end();
  }

  async #tell(tenant: About, news: News): Promise<void> {
    const { logger } = this.services;
    const { eventId, isBad, title, description, scope } = news;
    const { name, cluster, owner } = tenant;
    logger[isBad ? 'warn' : 'info'](
      description ? `${title}: ${description}` : title,
    );
    const meta = { tenant: name, cluster, owner, ...news.meta };
    await this.#audit(eventId, isBad, meta, description);
    this.#latest.set(`${tenant.uid} ${scope}`, news);
    let isMuted = false;
    await this.#quietly('Whether it is muted', async () => {
      isMuted = await this.audience.isMuted(tenant.uid);
    });
    if (isMuted) {
      return;
    }
    const { platform } = this.audience;
    const kind = [cluster, scope.slice(name.length), isBad].join();
    const isAlone =
      platform.length === 0 || this.#bursts.isFirst(kind, { tenant, news });
    await this.#notifyOf([owner, ...(isAlone ? platform : [])], tenant, news);
  }

  /** Notifies the platform of what has followed the first in a burst. */
  async #tellPlatform(
    collected: { tenant: About; news: News }[],
  ): Promise<void> {
    const { platform } = this.audience;
    // A newer notification must not be replaced by an older one.
    const more = collected.filter(
      ({ tenant: { uid }, news: { scope }, news: one }) =>
        this.#latest.get(`${uid} ${scope}`) === one,
    );
    if (more.length === 0) {
      return;
    }
    const [{ tenant, news }] = more;
    if (more.length === 1) {
      await this.#notifyOf(platform, tenant, news);
      return;
    }
    const { cluster } = tenant;
    const titles = more.slice(0, NAMED).map(one => one.news.title);
    const rest = more.length - titles.length;
    await this.#notify(platform, {
      title: `${more.length} more in cluster ${cluster}, such as ${news.title}`,
      description: [...titles, ...(rest > 0 ? [`and ${rest} more`] : [])].join(
        '; ',
      ),
      link: '/tenants',
      isBad: news.isBad,
      // A notification of the same scope would replace an earlier one, of others.
      scope: `${cluster}:${randomUUID()}`,
    });
  }

  async #notifyOf(
    to: string[],
    { name, owner }: About,
    { title, description, isBad, scope }: News,
  ): Promise<void> {
    await this.#quietly('A notification', async () => {
      // The platform's people read the whole of it where the link leads.
      const hide = await this.audience.names.from(t => t.owner === owner, true);
      await this.#notify(to, {
        title,
        description: hide(description),
        link: `/catalog/default/resource/${name}`,
        isBad,
        scope,
      });
    });
  }

  async #notify(
    to: string[],
    news: Omit<News, 'eventId' | 'meta'> & { link: string },
  ): Promise<void> {
    const { notifications, logger } = this.services;
    const { isBad, ...payload } = news;
    if (to.length === 0) {
      return;
    }
    try {
      await notifications.send({
        recipients: { type: 'entity', entityRef: [...new Set(to)] },
        payload: {
          ...payload,
          severity: isBad ? 'critical' : 'normal',
          topic: 'tenant-walls',
        },
      });
      this.#isSilenced = false;
    } catch (error) {
      // A portal without the notifications plugin is no mistake: say it once.
      if (!this.#isSilenced) {
        this.#isSilenced = true;
        logger.info(`Nobody was notified that ${news.title}: ${error}`);
      }
    }
  }

  async #audit(
    eventId: string,
    isBad: boolean,
    meta: Record<string, any>,
    summary: string,
  ): Promise<void> {
    await this.#quietly('An audit event', async () => {
      const event = await this.services.auditor.createEvent({
        eventId,
        severityLevel: isBad ? 'critical' : 'medium',
        meta,
      });
      await event.success({ meta: { summary } });
    });
  }

  async #quietly(what: string, send: () => Promise<unknown>): Promise<void> {
    try {
      await send();
    } catch (error) {
      this.services.logger.debug(`${what} was not sent: ${error}`);
    }
  }
}
