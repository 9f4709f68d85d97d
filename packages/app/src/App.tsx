import { createApp } from '@backstage/frontend-defaults';
import { tenantsScaffolderModule } from '@threewalls/backstage-plugin-tenants/scaffolder';
import { homeModule } from './modules/home';
import { navModule } from './modules/nav';
import { signInModule } from './modules/signIn';

// The plugins themselves are found in package.json: see app.packages in config.
export default createApp({
  features: [homeModule, navModule, signInModule, tenantsScaffolderModule],
});
