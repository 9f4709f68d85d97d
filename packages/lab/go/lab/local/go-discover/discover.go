// Package discover stands in for HashiCorp's library of the same path, by which
// Vault's raft storage finds its peers in a cloud (auto_join). The lab's Vault has
// no peers, and the library links the SDKs of fourteen clouds: a tenth of all that
// the lab would compile.
package discover

import (
	"errors"
	"log"
)

var errNoDiscovery = errors.New("the lab's Vault is built without auto_join")

// Config is what auto_join says.
type Config map[string]string

// Parse refuses any auto_join.
func Parse(string) (Config, error) { return nil, errNoDiscovery }

// String is never called: no Config is ever parsed.
func (Config) String() string { return "" }

// Provider finds peers in one cloud.
type Provider interface {
	Addrs(args map[string]string, l *log.Logger) ([]string, error)
	Help() string
}

// Providers are none.
var Providers = map[string]Provider{}

// Option is an option of New.
type Option func(*Discover) error

// WithProviders is ignored.
func WithProviders(map[string]Provider) Option {
	return func(*Discover) error { return nil }
}

// Discover finds nobody.
type Discover struct{}

// New returns a Discover.
func New(...Option) (*Discover, error) { return &Discover{}, nil }

// Addrs refuses to find anybody.
func (*Discover) Addrs(string, *log.Logger) ([]string, error) {
	return nil, errNoDiscovery
}
