import { CustomErrorBase, ServiceUnavailableError } from '@backstage/errors';

/**
 * The API server refused a request. The message is the server's own sentence,
 * without headers or body, since it may end in a task's log.
 *
 * @public
 */
export class KubernetesError extends CustomErrorBase {
  name = 'KubernetesError' as const;
  /** HTTP status */
  status = 500;
  /** The server's machine-readable reason, such as `Forbidden` */
  reason = 'Unknown';

  static fromResponse(
    request: { method: string; path: string },
    response: { status: number; body: any },
  ): KubernetesError {
    const said = response.body?.message || `HTTP ${response.status}`;
    const error = new KubernetesError(
      `Kubernetes refused ${request.method} ${request.path} with ${
        response.status
      }: ${said}${kubernetesAdvice(response.status, String(said))}`,
    );
    error.status = response.status;
    error.reason = response.body?.reason ?? 'Unknown';
    return error;
  }
}

/**
 * Vault refused a request. The message has Vault's own errors, never a value.
 *
 * @public
 */
export class VaultError extends CustomErrorBase {
  name = 'VaultError' as const;
  /** HTTP status */
  status = 500;
  /** Vault's own sentences */
  errors: string[] = [];

  static fromResponse(
    request: { method: string; path: string },
    response: { status: number; errors: string[] },
  ): VaultError {
    const said = response.errors.join('; ') || `HTTP ${response.status}`;
    const error = new VaultError(
      `Vault refused ${request.method} ${request.path} with ${
        response.status
      }: ${said.trim()}${advice(response)}`,
    );
    error.status = response.status;
    error.errors = response.errors;
    return error;
  }
}

/** What to do about a refusal, where its status says. */
function kubernetesAdvice(status: number, said: string): string {
  if (/admission webhook|ValidatingAdmissionPolicy/.test(said)) {
    return ". The cluster's own admission refuses it: change what it objects to, or ask who runs the cluster";
  }
  switch (status) {
    case 401:
      return ". The portal's credentials are not valid any more: renew them, then run this again";
    case 403:
      return '. The portal may lack the right, or a rule of the cluster forbids it: compare its roles with deploy/kubernetes';
    case 429:
      return '. The API server is overloaded: run this again later';
    default:
      return status >= 500
        ? '. The API server is in trouble: run this again when it is well; it resumes'
        : '';
  }
}

function advice(response: { status: number; errors: string[] }): string {
  if (response.errors.some(e => e.includes('sealed'))) {
    return '. Vault is sealed: unseal it, then run this again';
  }
  if (response.errors.some(e => /unsupported path/.test(e))) {
    return '. There is nothing mounted at that path: look at vault.kvMount and vault.authMount of the cluster';
  }
  if (response.status === 403) {
    return ". The portal's Vault policy may be out of date: compare it with deploy/vault";
  }
  return '';
}

/** Codes of Node's and OpenSSL's for a certificate that is not trusted. */
const OF_CERTIFICATES =
  /CERT|^UNABLE_TO_VERIFY_LEAF_SIGNATURE$|^ERR_TLS_CERT_ALTNAME_INVALID$/;

/**
 * A cluster or its Vault gave no answer.
 *
 * @public
 */
export class ClusterUnavailableError extends ServiceUnavailableError {
  /** @param section - of the cluster's entry, that has its address */
  static because(
    cluster: string,
    error: unknown,
    section: 'kubernetes' | 'vault' = 'kubernetes',
  ): ClusterUnavailableError {
    const { message, code = '' } = error as { message?: string; code?: string };
    const what = section === 'vault' ? `${cluster}'s Vault` : cluster;
    const remedy = OF_CERTIFICATES.test(code)
      ? `Its certificate has to be for the address in ${section} of its entry under tenants.clusters, and of the CA in ${section}.caFile`
      : 'See that it is up and that its entry under tenants.clusters is right';
    return new ClusterUnavailableError(
      `Cluster ${what} can't be reached: ${
        message || code || 'no answer'
      }. ${remedy}, then run this again`,
    );
  }
}
