{{- /* Azure as a sidecar: its private endpoints listen on loopback addresses, which only this pod can reach. */ -}}
{{- define "pms.simulator" -}}
- name: simulator
  image: {{ include "pms.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  restartPolicy: Always
  args:
    - simulator
    - --listen=127.0.0.1:8444
    - --seed=/etc/pms-simulator/seed.yaml
    - --ca-file=/tmp/ca.pem
    - --data-plane-port=8443
    - --latency-scale={{ .Values.simulator.latencyScale }}
  # It writes the file once it listens; the operator reads it when it starts.
  startupProbe:
    exec:
      command: [/nodejs/bin/node, -e, "require('node:fs').accessSync('/tmp/ca.pem')"]
    periodSeconds: 1
    failureThreshold: 60
  resources:
    requests: {cpu: 50m, memory: 128Mi}
    limits: {memory: 256Mi}
  securityContext:
    {{- include "pms.containerSecurity" . | nindent 4 }}
  volumeMounts:
    - name: simulator
      mountPath: /tmp
    - name: simulator-seed
      mountPath: /etc/pms-simulator
      readOnly: true
{{- end }}

{{- /* The principal of files/simulator-seed.yaml: nothing here is a secret of anybody. */ -}}
{{- define "pms.simulatedAzure" -}}
{{- $seed := .Files.Get "files/simulator-seed.yaml" | fromYaml -}}
{{- $principal := first $seed.principals -}}
- name: AZURE_TENANT_ID
  value: {{ $seed.tenantId }}
- name: AZURE_CLIENT_ID
  value: {{ $principal.clientId }}
- name: AZURE_CLIENT_SECRET
  value: {{ $principal.secret }}
- name: AZURE_AUTHORITY_HOST
  value: https://127.0.0.1:8444
- name: AZURE_RESOURCE_MANAGER_ENDPOINT
  value: https://127.0.0.1:8444
- name: NODE_EXTRA_CA_CERTS
  value: /var/run/pms-simulator/ca.pem
{{- end }}
