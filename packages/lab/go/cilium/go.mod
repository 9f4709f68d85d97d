// Cilium's agent, operator, CNI plugin and debug client of the lab.
module threewalls.io/lab/cilium

go 1.26.0

require github.com/cilium/cilium v1.18.4

// Cilium's own replacements do not travel with a dependency; those of its
// private forks of gobgp and apimachinery are replaced by the originals, which
// serve what the lab uses.
replace (
	github.com/osrg/gobgp/v3 => github.com/osrg/gobgp/v3 v3.37.0
	k8s.io/apimachinery => k8s.io/apimachinery v0.33.3
	sigs.k8s.io/controller-tools => github.com/cilium/controller-tools v0.16.5-1
)
