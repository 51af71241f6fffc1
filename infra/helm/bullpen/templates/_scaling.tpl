{{/*
A ScaledObject of KEDA: { root, app, group, scaling, triggers: [{ name, threshold, query }] }. Each query says how much
there is for all pods together, and a pod more is started for each threshold of it; the largest answer counts.
*/}}
{{- define "bullpen.scaledObject" -}}
{{- $keda := .root.Values.keda }}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {{ include "bullpen.name" . }}
  labels:
    {{- include "bullpen.labels" .root | nindent 4 }}
spec:
  scaleTargetRef: { name: {{ include "bullpen.name" . }} }
  pollingInterval: {{ $keda.pollingSeconds }}
  cooldownPeriod: {{ .scaling.cooldownSeconds }}
  minReplicaCount: {{ .scaling.min }}
  maxReplicaCount: {{ .scaling.max }}
  # Without an answer of Prometheus one pod works on, or as many as there are at least.
  fallback: { failureThreshold: 3, replicas: {{ max 1 (int .scaling.min) }} }
  advanced:
    horizontalPodAutoscalerConfig:
      behavior:
        scaleDown:
          # A pod that goes drains its turns first; five minutes of less work come before it.
          stabilizationWindowSeconds: 300
          policies: [{ type: Percent, value: 50, periodSeconds: 60 }]
  triggers:
    {{- range .triggers }}
    - type: prometheus
      name: {{ .name }}
      metricType: AverageValue
      metadata:
        serverAddress: {{ required "keda.prometheusUrl: name the Prometheus that scrapes these pods" $keda.prometheusUrl }}
        query: {{ .query | quote }}
        threshold: {{ .threshold | toString | quote }}
        activationThreshold: "0"
      {{- with $keda.authentication }}
      authenticationRef: { name: {{ . }} }
      {{- end }}
    {{- end }}
{{- end }}
