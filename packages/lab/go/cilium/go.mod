// Cilium's agent, operator, CNI plugin and debug client of the lab. A module of its
// own: Cilium is not written for the client-go of the lab's Kubernetes yet.
module threewalls.io/lab/cilium

go 1.26.0

require github.com/cilium/cilium v1.20.2

replace (
	// A commit between two releases, which the proxy does not serve: the next release.
	github.com/osrg/gobgp/v4 => github.com/osrg/gobgp/v4 v4.7.0
	// As Cilium's own go.mod says: replacements don't travel.
	sigs.k8s.io/controller-tools => github.com/cilium/controller-tools v0.21.0-1
	// Served by no proxy; Cilium uses one name of it.
	sigs.k8s.io/mcs-api/controllers => ./local/mcs-api-controllers
)
