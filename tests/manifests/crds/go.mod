module todo-evolution/tests/manifests/crds

go 1.25.3

// Only the schemas inside these modules are read; nothing of them is built.
require (
	github.com/cert-manager/cert-manager v1.18.0
	github.com/cloudnative-pg/cloudnative-pg v1.27.0
	github.com/dapr/dapr v1.16.5
	github.com/envoyproxy/gateway v1.6.0
	github.com/external-secrets/external-secrets v0.20.4
	github.com/kedacore/keda/v2 v2.18.0
	github.com/prometheus-operator/prometheus-operator v0.85.0
	sigs.k8s.io/gateway-api v1.4.0
)
