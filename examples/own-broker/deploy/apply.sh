#!/bin/sh
# Deploys an overlay: sh deploy/apply.sh OVERLAY NAMESPACE CONTEXT. `make deploy-…` runs it.
#
# The old version serves on if a Job fails, because of the order:
# 1. If a Job of the last deployment still runs, the deployment stops before it changes anything.
# 2. The Jobs run, with the new configuration and network policy. The deployment waits until all have succeeded.
# 3. The rest follows, and the pods are replaced step by step.
# 4. What an earlier deployment left and the overlay no longer has is removed.
set -eu

overlay=$1
namespace=$2
context=$3
jobs=app.kubernetes.io/name=rabbit,app.kubernetes.io/component=job
kinds='deployments cronjobs jobs configmaps services serviceaccounts horizontalpodautoscalers poddisruptionbudgets
  networkpolicies podmonitors.monitoring.coreos.com prometheusrules.monitoring.coreos.com
  serviceentries.networking.istio.io virtualservices.networking.istio.io destinationrules.networking.istio.io
  sidecars.networking.istio.io envoyfilters.networking.istio.io
  ingresses.networking.k8s.io httproutes.gateway.networking.k8s.io
  externalsecrets.external-secrets.io sealedsecrets.bitnami.com secretproviderclasses.secrets-store.csi.x-k8s.io'

main() {
  manifests=$(kubectl kustomize "deploy/overlays/$overlay")
  remove_finished_jobs
  apply --selector 'app.kubernetes.io/component notin (serve, cronjob)'
  started=$(in_cluster get jobs --selector "$jobs" --output name)
  for job in $started; do wait_for "$job"; done
  applied=$(apply --output name)
  in_cluster rollout status deployment/broker
  remove_what_is_gone
}

in_cluster() {
  kubectl --context "$context" --namespace "$namespace" "$@"
}

apply() { # [OPTION…]
  printf '%s\n' "$manifests" | in_cluster apply --filename - "$@"
}

# Kubernetes does not allow a new image in an existing Job.
remove_finished_jobs() {
  running=$(in_cluster get jobs --selector "$jobs" --output \
    jsonpath='{range .items[*]}{.metadata.name} {.status.conditions[*].type}{"\n"}{end}' |
    awk 'NF && !/ (Complete|Failed)( |$)/ { print $1 }')
  [ -z "$running" ] || stop "Nothing was deployed: a Job of the last deployment still runs:" "$running"
  in_cluster delete jobs --selector "$jobs"
}

# The Job ends in any case, because it has an activeDeadlineSeconds.
wait_for() { # JOB
  while :; do
    conditions=$(in_cluster get "$1" --output jsonpath='{.status.conditions[*].type}')
    case " $conditions " in
    *' Complete '*) return ;;
    *' Failed '*)
      in_cluster logs "$1" --tail 20 >&2 || true
      stop "The version from before still serves: $1 failed, so no pod was replaced."
      ;;
    esac
    sleep 2
  done
}

# Nothing is removed of a kind that the cluster does not have, or that your account can't list.
remove_what_is_gone() {
  used=$(in_cluster get replicasets,cronjobs,jobs,pods --output yaml)
  for kind in $kinds; do
    in_cluster get "$kind" --selector deployed-from=broker --output name 2>/dev/null || true
  done | while read -r object; do
    is_applied "$object" || is_used "$object" || in_cluster delete "$object"
  done
}

is_applied() { # KIND/NAME
  printf '%s\n' "$applied" | grep -qxF "$1"
}

# `make rollback` needs the ConfigMaps of earlier versions, and a run of a job needs its own.
is_used() { # KIND/NAME
  case $1 in
  configmap/*) ;;
  *) return 1 ;;
  esac
  printf '%s\n' "$used" | grep -qF " ${1#configmap/}"
}

stop() { # WORD…
  echo "$*" >&2
  exit 1
}

main
