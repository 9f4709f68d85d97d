import {
  egressCidrProblem,
  egressHostProblem,
  parseEgressHost,
} from './egress';

describe('egressHostProblem', () => {
  it.each([
    'api.example.com',
    '*.example.com',
    'a.b-c.io',
    'xn--bcher-kva.example',
    'api.example.com:443',
    '*.example.com:65535',
  ])('takes %s', host => expect(egressHostProblem(host)).toBeUndefined());

  it.each([
    '',
    'localhost',
    'API.example.com',
    'https://api.example.com',
    'api.example.com:',
    'api.example.com:https',
    'a.example.com:1:2',
    'localhost:443',
    'api.*.com',
    '-a.example.com',
    'a_b.example.com',
    '192.0.2.1',
    `${'a.'.repeat(126)}com`,
  ])('refuses %j', host =>
    expect(egressHostProblem(host)).toMatch(/Not a host name/),
  );
});

describe('the port of a host', () => {
  it.each([
    ['api.example.com:53', /DNS/],
    ['api.example.com:0', /Not a port/],
    ['api.example.com:65536', /Not a port/],
  ])('is refused: %s', (entry, message) =>
    expect(egressHostProblem(entry)).toMatch(message),
  );

  it('is read where there is one', () => {
    expect(parseEgressHost('a.test')).toEqual({ host: 'a.test' });
    expect(parseEgressHost('*.a.test:25')).toEqual({
      host: '*.a.test',
      port: 25,
    });
  });
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
