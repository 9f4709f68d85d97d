import { egressCidrProblem, egressHostProblem } from './egress';

describe('egressHostProblem', () => {
  it.each([
    'api.example.com',
    '*.example.com',
    'a.b-c.io',
    'xn--bcher-kva.example',
  ])('takes %s', host => expect(egressHostProblem(host)).toBeUndefined());

  it.each([
    '',
    'localhost',
    'API.example.com',
    'https://api.example.com',
    'api.example.com:443',
    'api.*.com',
    '-a.example.com',
    'a_b.example.com',
    '192.0.2.1',
    `${'a.'.repeat(126)}com`,
  ])('refuses %j', host =>
    expect(egressHostProblem(host)).toMatch(/Not a host name/),
  );
});

describe('egressCidrProblem', () => {
  it.each(['203.0.113.0/24', '203.0.113.10/32', '0.0.0.0/0'])(
    'takes %s',
    cidr => expect(egressCidrProblem(cidr)).toBeUndefined(),
  );

  it.each([
    '',
    '203.0.113.10',
    '203.0.113.0/33',
    '256.0.0.0/8',
    '01.2.3.4/8',
    '2001:db8::/32',
  ])('refuses %j', cidr =>
    expect(egressCidrProblem(cidr)).toMatch(/Not an IPv4 range/),
  );
});
