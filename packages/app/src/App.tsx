import { createApp } from '@backstage/frontend-defaults';
import { tenantsScaffolderModule } from '@threewalls/backstage-plugin-tenants/scaffolder';
import { homeModule } from './modules/home/homeModule';
import { navModule } from './modules/nav/navModule';
import { signInModule } from './modules/signIn/signInModule';

// The plugins themselves are found in package.json: see app.packages in config.
export default createApp({
  features: [homeModule, navModule, signInModule, tenantsScaffolderModule],
});
