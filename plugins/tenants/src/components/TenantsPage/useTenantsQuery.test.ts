import { act, renderHook, waitFor } from '@testing-library/react';
import { useTypedSearch } from './useTenantsQuery';

describe('useTypedSearch', () => {
  it('searches after a pause, and keeps what was typed meanwhile', async () => {
    const onSearchChange = jest.fn();
    const { result, rerender } = renderHook(
      ({ search }) => useTypedSearch(search, onSearchChange),
      { initialProps: { search: '' } },
    );

    act(() => result.current.setTyped('h'));
    act(() => result.current.setTyped('ho'));
    await waitFor(() => expect(onSearchChange).toHaveBeenCalled());
    expect(onSearchChange.mock.calls).toEqual([['ho']]);
    act(() => result.current.setTyped('hoo'));
    // The page's address comes later than the next letter.
    rerender({ search: 'ho' });

    expect(result.current.typed).toBe('hoo');
  });

  it('loses no letter where the address lags behind two searches', async () => {
    const onSearchChange = jest.fn();
    const { result, rerender } = renderHook(
      ({ search }) => useTypedSearch(search, onSearchChange),
      { initialProps: { search: '' } },
    );
    for (const typed of ['h', 'ho']) {
      act(() => result.current.setTyped(typed));
      await waitFor(() => expect(onSearchChange).toHaveBeenCalledWith(typed));
    }
    rerender({ search: 'h' });
    expect(result.current.typed).toBe('ho');
    rerender({ search: 'ho' });
    expect(result.current.typed).toBe('ho');
    // By now the address says so in its own right.
    rerender({ search: 'h' });
    expect(result.current.typed).toBe('h');
  });

  it('follows the address where something else changed it', () => {
    const { result, rerender } = renderHook(
      ({ search }) => useTypedSearch(search, jest.fn()),
      { initialProps: { search: 'acme' } },
    );
    rerender({ search: 'globex' });
    expect(result.current.typed).toBe('globex');
  });
});
