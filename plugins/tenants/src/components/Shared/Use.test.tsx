import { screen } from '@testing-library/react';
import { renderInTestApp } from '@backstage/frontend-test-utils';
import { violations } from '../../__testUtils__';
import { UseCell } from './Use';

describe('UseCell', () => {
  it('shows what is used most of, and says the rest', async () => {
    renderInTestApp(<UseCell usage={{ cpu: 0.25, memory: 0.5, pods: 0.3 }} />);

    await screen.findByText('Memory 50%');
    expect(screen.getByRole('meter')).toHaveAttribute(
      'aria-valuetext',
      'CPU 25%, Memory 50%, Pods 30%',
    );
    expect(screen.queryByRole('img')).toBeNull();
    await expect(violations()).resolves.toEqual([]);
  });

  it.each([
    [0.89, undefined],
    [0.9, 'nearly full'],
    [1, 'full'],
  ])('marks %d as %s', async (pods, word) => {
    renderInTestApp(<UseCell usage={{ cpu: 0.25, memory: 0.5, pods }} />);

    await screen.findByText(/^Pods \d/);
    const mark = screen.queryByRole('img');
    expect(mark?.getAttribute('aria-label')).toBe(word);
    await expect(violations()).resolves.toEqual([]);
  });

  it('says that nothing is known', async () => {
    renderInTestApp(<UseCell />);
    expect(await screen.findByText('unknown')).toBeInTheDocument();
  });
});
