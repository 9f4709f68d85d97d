import { shared } from './shared';

describe('an answer for all who ask at the same time', () => {
  it('is asked for once, and is never older than its question', async () => {
    const answers: ((value: number) => void)[] = [];
    const ask = jest.fn(
      () => new Promise<number>(resolve => answers.push(resolve)),
    );
    const read = shared(ask);
    const first = read();
    // What these ask for may have changed since the first answer was begun.
    const later = [read(), read()];
    expect(ask).toHaveBeenCalledTimes(1);
    answers[0](1);
    expect(await first).toBe(1);
    await new Promise(resolve => setImmediate(resolve));
    expect(ask).toHaveBeenCalledTimes(2);
    answers[1](2);
    expect(await Promise.all(later)).toEqual([2, 2]);
    const last = read();
    expect(ask).toHaveBeenCalledTimes(3);
    answers[2](3);
    expect(await last).toBe(3);
  });

  it('fails for those alone who waited for it', async () => {
    const ask = jest
      .fn<Promise<number>, []>()
      .mockRejectedValueOnce(new Error('away'))
      .mockResolvedValue(2);
    const read = shared(ask);
    const first = read();
    const next = read();
    await expect(first).rejects.toThrow('away');
    expect(await next).toBe(2);
    expect(await read()).toBe(2);
  });
});
