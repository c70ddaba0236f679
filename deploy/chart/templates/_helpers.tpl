{{- define "pms.operator" -}}
{{ .Values.name }}-operator
{{- end }}

{{- define "pms.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "pms.operator" .) }}
{{- end }}

{{- define "pms.labels" -}}
app.kubernetes.io/name: {{ include "pms.operator" . }}
app.kubernetes.io/part-of: private-monitoring-scope
{{- end }}

{{- define "pms.coredns.labels" -}}
app.kubernetes.io/name: {{ .Values.name }}-coredns
app.kubernetes.io/part-of: private-monitoring-scope
{{- end }}

{{- define "pms.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end }}

{{- /* The operator's configuration file, with the namespaces that were left out. */ -}}
{{- define "pms.config" -}}
{{- $targets := list -}}
{{- range .Values.targets -}}
{{- $target := mergeOverwrite (dict "namespace" $.Release.Namespace "allowedNamespaces" (list $.Release.Namespace)) (deepCopy .) -}}
{{- with $target.service -}}
{{- $_ := set $target "service" (mergeOverwrite (dict "namespace" $.Release.Namespace) .) -}}
{{- end -}}
{{- if eq $target.kind "Corefile" -}}
{{- $_ := set $target.server "store" (mergeOverwrite (dict "namespace" $.Release.Namespace) $target.server.store) -}}
{{- end -}}
{{- $targets = append $targets $target -}}
{{- end -}}
{{- $namespaces := .Values.globalIdentity.namespaces | default (list .Release.Namespace) -}}
{{- $identity := dict "namespaces" $namespaces -}}
{{- with .Values.globalIdentity.allowed -}}
{{- $_ := set $identity "allowed" . -}}
{{- end -}}
{{ toYaml (dict "globalIdentity" $identity "targets" $targets) }}
{{- end }}

{{- /* NAMESPACE/NAME of the ConfigMap that has a target's lines with their owners, the key pms.hosts. */ -}}
{{- define "pms.linesOf" -}}
{{- if eq .kind "Corefile" -}}
{{ .server.store.namespace }}/{{ .server.store.configMap }}
{{- else -}}
{{ .namespace }}/{{ .configMap }}
{{- end -}}
{{- end }}

{{- /* Whom a role is given to: everything that the operator may do is bound to its ServiceAccount alone. */ -}}
{{- define "pms.subjects" -}}
subjects:
  - kind: ServiceAccount
    name: {{ include "pms.serviceAccount" . }}
    namespace: {{ .Release.Namespace }}
{{- end }}
