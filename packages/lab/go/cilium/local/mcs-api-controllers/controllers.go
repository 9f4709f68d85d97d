// Package controllers has what Cilium's operator uses of a module that the Go
// module proxy does not serve: one name.
package controllers

// DerivedServiceAnnotation names the Service that stands for a ServiceImport.
const DerivedServiceAnnotation = "multicluster.kubernetes.io/derived-service"
