{{/* Who may call the pods of a process, and whom they may: { root, app, group, isServed, egress }. */}}
{{- define "bullpen.networkPolicy" -}}
{{- $root := .root }}
{{- $policy := .root.Values.networkPolicy }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "bullpen.name" . }}
  labels:
    {{- include "bullpen.labels" $root | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "bullpen.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: {{ $policy.monitoringNamespace }} } }
      ports: [{ port: http }]
    {{- if .isServed }}
    - ports: [{ port: http }]
      {{- with $policy.clients }}
      from:
        - podSelector: { matchLabels: { app.kubernetes.io/instance: {{ $root.Release.Name }}, app.kubernetes.io/component: dashboard } }
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- end }}
  egress:
    - to: [{ namespaceSelector: {}, podSelector: { matchLabels: { k8s-app: kube-dns } } }]
      ports: [{ port: 53, protocol: UDP }, { port: 53, protocol: TCP }]
    - ports: [{ port: {{ $policy.redisPort }} }]
      {{- with $policy.redis }}
      to:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- if eq .egress "internet" }}
    # Public addresses. The guards of the processes hold the same for what others choose.
    - to: [{ ipBlock: { cidr: 0.0.0.0/0, except: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 169.254.0.0/16, 100.64.0.0/10] } }]
    {{- with $policy.privateNetworks }}
    - to:
        {{- range . }}
        - ipBlock: { cidr: {{ . | quote }} }
        {{- end }}
    {{- end }}
    {{- end }}
    {{- if eq .app "dashboard" }}
    - to: [{ podSelector: { matchLabels: { app.kubernetes.io/instance: {{ $root.Release.Name }}, app.kubernetes.io/component: api } } }]
    {{- end }}
    {{- if eq .app "worker" }}
    # What tells that a rented machine is taken back.
    - to: [{ ipBlock: { cidr: 169.254.169.254/32 } }]
      ports: [{ port: 80 }]
    {{- end }}
{{- end }}
