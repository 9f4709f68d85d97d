import { render, screen } from '@testing-library/react';
import App from './App';

describe('App', () => {
  it('lets a guest in', async () => {
    process.env = {
      NODE_ENV: 'test',
      APP_CONFIG: [
        {
          data: {
            app: { title: 'Test' },
            backend: { baseUrl: 'http://localhost:7007' },
          },
          context: 'test',
        },
      ] as any,
    };

    render(App.createRoot());

    await screen.findByRole('button', { name: 'Enter' });
    expect(screen.getByText('Sign in')).toBeInTheDocument();
  });
});
