// Package register takes the place of External Secrets' own list of providers:
// the SDKs of some of the others can't be fetched, and none is needed here.
package register

import (
	_ "github.com/external-secrets/external-secrets/pkg/provider/fake"
	_ "github.com/external-secrets/external-secrets/pkg/provider/kubernetes"
	_ "github.com/external-secrets/external-secrets/pkg/provider/vault"
)
