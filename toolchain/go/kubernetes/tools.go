//go:build tools

// Package tools pins Kubernetes' control plane, ArgoCD and the Pulumi provider, which the sandbox builds where none is found.
package tools

import (
	_ "github.com/argoproj/argo-cd/v3/cmd"
	_ "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
)
