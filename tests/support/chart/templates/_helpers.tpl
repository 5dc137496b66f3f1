{{- define "mail.selector" -}}
app.kubernetes.io/name: mail
app.kubernetes.io/component: serve
{{- end }}

{{- define "mail.labels" -}}
app.kubernetes.io/name: mail
app.kubernetes.io/part-of: mail
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
owner: example-org.web
cost-center: example-org.web
{{- end }}

{{- define "mail.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- define "mail.guard" -}}
{{- $needed := add .Values.preStopSeconds (int .Values.config.SHUTDOWN_SECONDS) -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) (int $needed) -}}
{{- fail (printf "terminationGracePeriodSeconds must be at least %d (preStopSeconds and SHUTDOWN_SECONDS), not %v: otherwise requests are lost." (int $needed) .Values.terminationGracePeriodSeconds) -}}
{{- end -}}
{{- end }}
