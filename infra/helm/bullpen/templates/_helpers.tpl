{{- define "bullpen.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "bullpen.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{ include "bullpen.releaseLabels" . }}
{{- end }}

{{/* What all pods of a release have. */}}
{{- define "bullpen.releaseLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Of a process: { root, app, group }. */}}
{{- define "bullpen.selector" -}}
{{ include "bullpen.releaseLabels" .root }}
app.kubernetes.io/component: {{ .app }}
{{- with .group }}
bullpen/group: {{ . }}
{{- end }}
{{- end }}

{{/* { root, app, group } */}}
{{- define "bullpen.name" -}}
{{ include "bullpen.fullname" .root }}-{{ .app }}{{ with .group }}-{{ . }}{{ end }}
{{- end }}

{{/* { root, image } */}}
{{- define "bullpen.image" -}}
{{ .root.Values.image.registry }}bullpen-{{ .image }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- define "bullpen.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "bullpen.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities: { drop: [ALL] }
{{- end }}

{{/* What api, batcher and dashboard have for the storage. */}}
{{- define "bullpen.storageSettings" -}}
{{- with .Values.storage }}
{{- if eq .kind "s3" }}
S3_BUCKET: {{ required "storage.s3.bucket: name the bucket, or set storage.kind to volume" .s3.bucket }}
{{- with .s3.endpoint }}
S3_ENDPOINT: {{ . }}
{{- end }}
{{- with .s3.region }}
S3_REGION: {{ . }}
{{- end }}
{{- with .s3.prefix }}
S3_PREFIX: {{ . }}
{{- end }}
{{- if .s3.secret }}
S3_ACCESS_KEY_ID_FILE: /run/secrets/bullpen-s3/access-key-id
S3_SECRET_ACCESS_KEY_FILE: /run/secrets/bullpen-s3/secret-access-key
{{- end }}
{{- else }}
DATA_DIR: /data
{{- end }}
{{- end }}
{{- end }}

{{/* { root, app } */}}
{{- define "bullpen.redisVolume" -}}
- name: redis
  secret:
    secretName: {{ .root.Values.redis.secret }}
    items: [{ key: {{ index .root.Values.redis.keys .app | default .root.Values.redis.keys.default }}, path: url }]
{{- end }}

{{- define "bullpen.storageVolumes" -}}
{{- if eq .Values.storage.kind "volume" }}
- name: data
  persistentVolumeClaim: { claimName: {{ .Values.storage.volume.claim | default (printf "%s-data" (include "bullpen.fullname" .)) }} }
{{- else if .Values.storage.s3.secret }}
- name: s3
  secret: { secretName: {{ .Values.storage.s3.secret }} }
{{- end }}
{{- end }}

{{- define "bullpen.storageMounts" -}}
{{- if eq .Values.storage.kind "volume" }}
- { name: data, mountPath: /data }
{{- else if .Values.storage.s3.secret }}
- { name: s3, mountPath: /run/secrets/bullpen-s3, readOnly: true }
{{- end }}
{{- end }}

{{- define "bullpen.probes" -}}
livenessProbe: { httpGet: { path: /healthz, port: http }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 }
readinessProbe: { httpGet: { path: /readyz, port: http }, periodSeconds: 5, timeoutSeconds: 5 }
{{- end }}

{{/* { root, app, port, ingress } */}}
{{- define "bullpen.ingress" -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ include "bullpen.name" . }}
  labels:
    {{- include "bullpen.labels" .root | nindent 4 }}
  {{- with .ingress.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with .ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- with .ingress.tlsSecret }}
  tls: [{ hosts: [{{ $.ingress.host | quote }}], secretName: {{ . }} }]
  {{- end }}
  rules:
    - host: {{ required (printf "%s.ingress.host: name the host" .app) .ingress.host | quote }}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: { service: { name: {{ include "bullpen.name" . }}, port: { name: http } } }
{{- end }}
