#!/bin/sh
# nginx asks name servers by itself and so follows a Service whose address changes, but it reads neither resolv.conf nor
# its search list. What the pod's resolv.conf says is written into the configuration when it starts.
set -eu
rm -f /tmp/*.sock # left by a container that was killed
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
