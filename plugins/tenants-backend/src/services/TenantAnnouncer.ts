import { AuditorService, LoggerService } from '@backstage/backend-plugin-api';
import { NotificationService } from '@backstage/plugin-notifications-node';
import { SignalsService } from '@backstage/plugin-signals-node';
import {
  ProofSummary,
  TENANT_SIGNAL_CHANNEL,
  TenantSignal,
} from '@threewalls/backstage-plugin-tenants-common';
import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import { WallChange } from '../database/ProofStore';

/** Tells the portal that a proof has moved, and owners that a wall has changed. */
export interface Announcer {
  moved(proof: ProofSummary): Promise<void>;
  changed(tenant: TenantRecord, change: WallChange): Promise<void>;
}

/** Announces by signals, notifications, the log and the audit log. Never fails. */
export class TenantAnnouncer implements Announcer {
  #isSilenced = false;

  static create(options: {
    signals: SignalsService;
    notifications: NotificationService;
    auditor: AuditorService;
    logger: LoggerService;
  }): TenantAnnouncer {
    return new TenantAnnouncer(options);
  }

  private constructor(
    private readonly services: {
      signals: SignalsService;
      notifications: NotificationService;
      auditor: AuditorService;
      logger: LoggerService;
    },
  ) {}

  async moved(proof: ProofSummary): Promise<void> {
    const message: TenantSignal = {
      tenant: proof.tenant,
      proofId: proof.id,
      state: proof.state,
    };
    try {
      await this.services.signals.publish({
        recipients: { type: 'broadcast' },
        channel: TENANT_SIGNAL_CHANNEL,
        message,
      });
    } catch (error) {
      this.services.logger.debug(`A proof's signal was not sent: ${error}`);
    }
  }

  async changed(tenant: TenantRecord, change: WallChange): Promise<void> {
    const { logger } = this.services;
    const { wall, status, summary } = change;
    const isBreach = status === 'breached';
    const title = isBreach
      ? `${tenant.name}: the ${wall} wall is breached`
      : `${tenant.name}: the ${wall} wall holds again`;
    logger[isBreach ? 'warn' : 'info'](`${title}: ${summary}`);
    await this.#audit(tenant, change);
    try {
      await this.services.notifications.send({
        recipients: { type: 'entity', entityRef: tenant.owner },
        payload: {
          title,
          description: summary,
          link: `/catalog/default/resource/${tenant.name}`,
          severity: isBreach ? 'critical' : 'normal',
          topic: 'tenant-walls',
          scope: `${tenant.name}:${wall}`,
        },
      });
      this.#isSilenced = false;
    } catch (error) {
      // A portal without the notifications plugin is no mistake: say it once.
      if (!this.#isSilenced) {
        this.#isSilenced = true;
        logger.info(`The owner of ${tenant.name} was not notified: ${error}`);
      }
    }
  }

  async #audit(tenant: TenantRecord, change: WallChange): Promise<void> {
    try {
      const event = await this.services.auditor.createEvent({
        eventId: 'wall-change',
        severityLevel: change.status === 'breached' ? 'critical' : 'medium',
        meta: {
          tenant: tenant.name,
          cluster: tenant.cluster,
          owner: tenant.owner,
          wall: change.wall,
          status: change.status,
        },
      });
      await event.success({ meta: { summary: change.summary } });
    } catch (error) {
      this.services.logger.debug(`An audit event was not written: ${error}`);
    }
  }
}
