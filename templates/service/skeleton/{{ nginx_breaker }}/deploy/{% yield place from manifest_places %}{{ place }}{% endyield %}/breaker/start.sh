#!/bin/sh
# nginx resolves names itself, so it notices when the address of a Service changes. It does not read resolv.conf. This script
# copies the name servers and search domains of the pod's resolv.conf into the configuration.
set -eu
rm -f /tmp/*.sock # left over from a killed container
awk '
    NR == FNR && $1 == "nameserver" { servers = servers " " ($2 ~ /:.*:/ ? "[" $2 "]" : $2); if ($2 ~ /:.*:/) six = 1 }
    NR == FNR && $1 == "search" { namespace = $2; cluster = $4 }
    NR == FNR { next }
    {
        gsub(/@NAME_SERVERS@/, servers (six ? "" : " ipv6=off"))
        gsub(/@NAMESPACE_DOMAIN@/, namespace)
        gsub(/@CLUSTER_DOMAIN@/, cluster)
        print
    }
' /etc/resolv.conf /etc/nginx/sidecar/nginx.conf >/tmp/nginx.conf
exec nginx -c /tmp/nginx.conf
