const HOST =
  /^(\*\.)?([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const MAX_HOST_LENGTH = 253;
const DNS = 53;
const OCTET = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const CIDR = new RegExp(`^(${OCTET}\\.){3}${OCTET}/(3[0-2]|[12]?\\d)$`);

/**
 * Longest list of hosts, and longest list of ranges, that a tenant may have.
 *
 * @public
 */
export const MAX_EGRESS_ENTRIES = 100;

/**
 * Says why a string can't be a host that a tenant may reach, or `undefined` when
 * it can: a name of RFC 1123 with a dot in it, lower-case, 253 characters at
 * most, whose first label may be `*`; and a port, where it may be reached on no
 * other.
 *
 * @public
 */
export function egressHostProblem(entry: string): string | undefined {
  const { host, port } = parseEgressHost(entry);
  if (host.length > MAX_HOST_LENGTH || !HOST.test(host)) {
    return 'Not a host name, such as api.example.com or api.example.com:8443';
  }
  if (port === DNS) {
    return 'Port 53 is DNS, and no tenant may resolve names elsewhere';
  }
  return port === undefined || (port > 0 && port < 65536)
    ? undefined
    : 'Not a port, such as api.example.com:8443';
}

/**
 * Reads a host that a tenant may reach, and the one port, where there is one.
 *
 * @public
 */
export function parseEgressHost(entry: string): {
  host: string;
  port?: number;
} {
  const [, host = entry, port] = /^([^:]*):(\d{1,6})$/.exec(entry) ?? [];
  return { host, ...(port !== undefined && { port: Number(port) }) };
}

/**
 * Says why a string can't be a range that a tenant may reach, or `undefined`
 * when it can: IPv4 in CIDR notation. Whether the platform allows the range
 * depends on its config, and is not judged here.
 *
 * @public
 */
export function egressCidrProblem(cidr: string): string | undefined {
  return CIDR.test(cidr)
    ? undefined
    : 'Not an IPv4 range, such as 203.0.113.0/24';
}
