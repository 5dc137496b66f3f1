{{/* Labels of all objects and pods, beside the name and the component. */}}
{{- define "everything-typescript.labels" -}}
app.kubernetes.io/part-of: everything-typescript
app.kubernetes.io/managed-by: {{ .Release.Service }}
owner: example-org
cost-center: example-org
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The image: by its tag, and by its digest where there is one. */}}
{{- define "everything-typescript.image" -}}

{{- .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- with .Values.image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* The memory limit in MiB, which the schema allows in Mi and Gi. */}}
{{- define "everything-typescript.memory" -}}

{{- $limit := .Values.resources.limits.memory }}
{{- $number := regexFind "^[0-9]+" $limit | int }}
{{- if hasSuffix "Gi" $limit }}{{ mul $number 1024 }}{{ else }}{{ $number }}{{ end }}
{{- end }}

{{/* The configuration (P12): config.env, then `config` of the values. */}}
{{- define "everything-typescript.config" -}}

{{- $config := dict }}
{{- range $line := .Files.Lines "config.env" }}
{{- if and $line (not (hasPrefix "#" $line)) }}
{{- $pair := regexSplit "=" $line 2 }}
{{- $_ := set $config (index $pair 0) (index $pair 1) }}
{{- end }}
{{- end }}
{{- $config = mergeOverwrite $config .Values.config }}

{{- $shutdown := int $config.SHUTDOWN_SECONDS }}
{{- if gt $shutdown 60 }}
{{- fail (printf "SHUTDOWN_SECONDS is %d, but terminationGracePeriodSeconds is for 60 (P08). Run: scaffold update --data shutdown_seconds=%d" $shutdown $shutdown) }}

{{- else if gt (add (int $config.DRAIN_SECONDS) (int $config.REQUEST_SECONDS)) $shutdown }}
{{- fail (printf "DRAIN_SECONDS (%s) and REQUEST_SECONDS (%s) are more than SHUTDOWN_SECONDS (%d), so a request would be aborted (P08)." $config.DRAIN_SECONDS $config.REQUEST_SECONDS $shutdown) }}
{{- end }}
{{- toYaml $config }}
{{- end }}

{{/* The files of a sidecar: those of the environment replace those of all. */}}
{{- define "everything-typescript.files" -}}

{{- $root := index . 0 }}
{{- $folder := index . 1 }}
{{- $files := printf "%s\n" ($root.Files.Glob (printf "%s/*" $folder)).AsConfig | fromYaml }}
{{- $own := printf "%s\n" ($root.Files.Glob (printf "%s/%s/*" $folder $root.Values.environment)).AsConfig | fromYaml }}
{{- mergeOverwrite $files $own | toYaml }}
{{- end }}
