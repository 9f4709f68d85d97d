import * as http from 'node:http';
import * as https from 'node:https';
import { ClusterProfile } from '@threewalls/backstage-plugin-tenants-node';

/** Milliseconds for Vault to answer. */
const TIMEOUT_MS = 3_000;

/** What Vault says of itself to anybody. */
export interface VaultHealth {
  version?: string;
  sealed: boolean;
}

/**
 * Asks `sys/health`. It takes no token, and answers beside the form of Vault's
 * other paths, with a status that tells states apart.
 */
export async function vaultHealth(
  vault: ClusterProfile['vault'],
): Promise<VaultHealth> {
  const url = new URL(
    `${vault.address.replace(/\/+$/, '')}/v1/sys/health?standbyok=true`,
  );
  const get = url.protocol === 'https:' ? https.get : http.get;
  const text = await new Promise<string>((resolve, reject) => {
    const request = get(
      url,
      { ca: vault.caData, signal: AbortSignal.timeout(TIMEOUT_MS) },
      response => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', chunk => {
          body += chunk;
        });
        response.once('end', () => resolve(body));
        response.once('error', reject);
      },
    );
    request.once('error', reject);
  });
  const { version, sealed } = JSON.parse(text);
  return {
    sealed: sealed === true,
    ...(typeof version === 'string' && { version }),
  };
}
