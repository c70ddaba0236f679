{{- define "pms.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "pms.env" -}}
{{- if .Values.simulator.enabled -}}
{{ include "pms.simulatedAzure" . }}
{{- else -}}
{{ include "pms.identity" . }}
{{- with .Values.azure }}
{{- range $variable, $value := dict "AZURE_AUTHORITY_HOST" .authorityHost "AZURE_RESOURCE_MANAGER_ENDPOINT" .resourceManagerEndpoint "AZURE_RESOURCE_MANAGER_AUDIENCE" .resourceManagerAudience "AZURE_LOGS_QUERY_ENDPOINT" .logsQueryEndpoint "AZURE_LOGS_QUERY_AUDIENCE" .logsQueryAudience }}
{{- with $value }}
- name: {{ $variable }}
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- range $variable, $value := dict "HTTP_PROXY" .Values.proxy.http "HTTPS_PROXY" .Values.proxy.https "NO_PROXY" .Values.proxy.noProxy "PMS_PUBLIC_EGRESS_PROXY" .Values.proxy.publicEgress }}
{{- with $value }}
- name: {{ $variable }}
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- with .Values.certificateAuthority }}
{{- if .configMap }}
- name: NODE_EXTRA_CA_CERTS
  value: /etc/pms-ca/{{ .key }}
{{- end }}
{{- end }}
{{- end -}}
{{- end }}

{{- define "pms.identity" -}}
{{- with .Values.azure -}}
{{- if eq .identity "Secret" -}}
- name: AZURE_TENANT_ID
  valueFrom:
    secretKeyRef: {name: {{ .secretName }}, key: AZURE_TENANT_ID}
- name: AZURE_CLIENT_ID
  valueFrom:
    secretKeyRef: {name: {{ .secretName }}, key: AZURE_CLIENT_ID}
- name: AZURE_CLIENT_SECRET
  valueFrom:
    secretKeyRef: {name: {{ .secretName }}, key: AZURE_CLIENT_SECRET}
{{- else -}}
- name: AZURE_TENANT_ID
  value: {{ .tenantId | quote }}
- name: AZURE_CLIENT_ID
  value: {{ .clientId | quote }}
{{- if eq .identity "FederatedToken" }}
- name: AZURE_FEDERATED_TOKEN_FILE
  value: /var/run/secrets/azure/tokens/azure-identity-token
{{- end }}
{{- end -}}
{{- end -}}
{{- end }}
