import { quote, say } from './wording';

describe('say', () => {
  it('fills in every value, and says what it was told beside the text', () => {
    const values = { through: 2, counted: 9, first: 'a {{x}}', check: 'net.x' };
    expect(say('gotThrough', values)).toEqual({
      summary: '2 of 9 attacks got through. First: a {{x}}',
      wording: { code: 'gotThrough', values },
    });
    expect(say('noProof')).toEqual({
      summary: 'No proof yet',
      wording: { code: 'noProof', values: {} },
    });
  });

  it('fills in other texts, and keeps them by code', () => {
    const all = [say('connected'), quote('403 no')];
    expect(say('several', { all })).toEqual({
      summary: 'The connection succeeded; it should have been blocked; 403 no',
      wording: {
        code: 'several',
        values: { all: [{ code: 'connected', values: {} }, '403 no'] },
      },
    });
  });
});
