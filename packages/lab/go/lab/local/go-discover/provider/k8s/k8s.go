// Package k8s stands in for the provider of the same path.
package k8s

import (
	"errors"
	"log"
)

// Provider finds nobody.
type Provider struct{}

// Addrs refuses to find anybody.
func (*Provider) Addrs(map[string]string, *log.Logger) ([]string, error) {
	return nil, errors.New("the lab's Vault is built without auto_join")
}

// Help says nothing.
func (*Provider) Help() string { return "" }
