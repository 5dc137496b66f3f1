{{/* Name and version of the chart, as a label has them. */}}
{{- define "everything-typescript.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Labels of all objects, beside the component. */}}
{{- define "everything-typescript.labels" -}}
app.kubernetes.io/name: everything-typescript
helm.sh/chart: {{ include "everything-typescript.chart" . }}
{{ include "everything-typescript.podLabels" . }}
{{- end }}

{{/* Those that pods have, too: without the version of the chart, which would restart them. */}}
{{- define "everything-typescript.podLabels" -}}
app.kubernetes.io/part-of: everything-typescript
app.kubernetes.io/managed-by: {{ .Release.Service }}
owner: example-org
cost-center: example-org
app.kubernetes.io/instance: {{ .Release.Name }}
deployed-to: {{ .Values.environment | quote }}
{{- end }}

{{/* The image: by its tag, and by its digest where there is one. */}}
{{- define "everything-typescript.image" -}}
{{- .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- with .Values.image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* P08: seconds between two startup probes. A slow start is asked less often. */}}
{{- define "everything-typescript.startupPeriod" -}}
{{- $seconds := int .Values.startupSeconds }}
{{- if le $seconds 10 }}1{{ else if le $seconds 30 }}2{{ else if le $seconds 300 }}5{{ else }}10{{ end }}
{{- end }}

{{/* P08: startup probes that may fail: for three times startupSeconds, and at least 15 s. */}}
{{- define "everything-typescript.startupFailures" -}}
{{- $period := include "everything-typescript.startupPeriod" . | int }}
{{- $budget := max (mul 3 .Values.startupSeconds) 15 }}
{{- div (sub (add $budget $period) 1) $period }}
{{- end }}

{{/* P13: the memory limit in MiB, which the schema allows in Mi and Gi. */}}
{{- define "everything-typescript.memory" -}}
{{- $limit := .Values.resources.limits.memory }}
{{- $number := regexFind "^[0-9]+" $limit | int }}
{{- if hasSuffix "Gi" $limit }}{{ mul $number 1024 }}{{ else }}{{ $number }}{{ end }}
{{- end }}

{{/* P12: the configuration: config.env, then `config` of the values, and shutdownSeconds. */}}
{{- define "everything-typescript.config" -}}
{{- $config := dict }}
{{- range $line := .Files.Lines "config.env" }}
  {{- if and $line (not (hasPrefix "#" $line)) }}
    {{- $pair := regexSplit "=" $line 2 }}
    {{- $_ := set $config (index $pair 0) (index $pair 1) }}
  {{- end }}
{{- end }}
{{- $config = mergeOverwrite $config .Values.config }}
{{- $shutdown := toString .Values.shutdownSeconds }}
{{- if ne (get $config "SHUTDOWN_SECONDS" | default $shutdown) $shutdown }}
  {{- fail (printf "SHUTDOWN_SECONDS is %s, but shutdownSeconds is %s. Change only shutdownSeconds: the grace period of the pods follows from it (P08)." $config.SHUTDOWN_SECONDS $shutdown) }}
{{- end }}
{{- $_ := set $config "SHUTDOWN_SECONDS" $shutdown }}
{{- if gt (addf $config.DRAIN_SECONDS $config.REQUEST_SECONDS) (float64 $shutdown) }}
  {{- fail (printf "DRAIN_SECONDS (%s) and REQUEST_SECONDS (%s) are more than shutdownSeconds (%s), so a request would be aborted (P08)." $config.DRAIN_SECONDS $config.REQUEST_SECONDS $shutdown) }}
{{- end }}
{{- range $name := list "LEDGER_TIMEOUT_SECONDS" "DATABASE_TIMEOUT_SECONDS" "CACHE_TIMEOUT_SECONDS" "TAX_TIMEOUT_SECONDS" "EXCHANGE_RATES_TIMEOUT_SECONDS" "MATCH_TIMEOUT_SECONDS" }}
  {{- if ge (float64 (get $config $name)) (float64 $config.REQUEST_SECONDS) }}
    {{- fail (printf "%s (%s) is not less than REQUEST_SECONDS (%s), so the service could not respond when the dependency does not (P10)." $name (get $config $name) $config.REQUEST_SECONDS) }}
  {{- end }}
{{- end }}
{{- toYaml $config }}
{{- end }}

{{/* The files of a sidecar: those of the environment replace those of all. */}}
{{- define "everything-typescript.files" -}}
{{- $root := index . 0 }}
{{- $folder := index . 1 }}
{{- $files := printf "%s\n" ($root.Files.Glob (printf "%s/*" $folder)).AsConfig | fromYaml }}
{{- $own := printf "%s\n" ($root.Files.Glob (printf "%s/%s/*" $folder $root.Values.environment)).AsConfig | fromYaml }}
{{- $files = mergeOverwrite $files $own }}
{{- range $name, $text := $files }}{{/* P08: nginx gets as much time as the service */}}
  {{- $limit := printf "worker_shutdown_timeout %vs;" $root.Values.shutdownSeconds }}
  {{- $_ := set $files $name (regexReplaceAll "worker_shutdown_timeout [0-9]+s;" $text $limit) }}
{{- end }}
{{- toYaml $files }}
{{- end }}
