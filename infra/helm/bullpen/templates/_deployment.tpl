{{/*
A Deployment of one process: { root, app, image, port, portVariable } and, as needed,
group        of several groups of the same process
replicas     none: what scales it decides
fixed        settings that the chart decides; settings: those of the values, which do not take precedence over them
graceSeconds SHUTDOWN_GRACE_SECONDS, of which the pod's own grace period is made
closeSeconds what a stop may take besides
leaveSeconds how long it still answers after it was told to go
volumes, mounts, initContainers, podSpec, secretEnv   YAML
loadsModel   whether its start may take a download
isWritable   whether it writes to its own file system
*/}}
{{- define "bullpen.deployment" -}}
{{- $root := .root }}
{{- $leave := .leaveSeconds | default 0 | int }}
{{- $grace := .graceSeconds | default 10 | int }}
{{- $env := merge (dict "HOST" "0.0.0.0" "LOG_FORMAT" "json" "REDIS_URL_FILE" "/run/secrets/bullpen-redis/url" .portVariable (toString .port) "SHUTDOWN_GRACE_SECONDS" (toString $grace)) (.fixed | default dict) (.settings | default dict) $root.Values.settings }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "bullpen.name" . }}
  labels:
    {{- include "bullpen.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .app }}
spec:
  {{- if not (kindIs "invalid" .replicas) }}
  replicas: {{ .replicas }}
  {{- end }}
  {{- if .loadsModel }}
  # A pod takes GPUs and a model: the old one goes first where there is no room for both.
  strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }
  {{- end }}
  selector:
    matchLabels:
      {{- include "bullpen.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "bullpen.labels" $root | nindent 8 }}
        app.kubernetes.io/component: {{ .app }}
        {{- with .group }}
        bullpen/group: {{ . }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "bullpen.fullname" $root }}
      automountServiceAccountToken: false
      securityContext:
        {{- include "bullpen.podSecurity" $root | nindent 8 }}
      # The drain: {{ if $leave }}{{ $leave }} s in which it still answers, {{ end }}{{ $grace }} s for work in flight, and what closing takes.
      terminationGracePeriodSeconds: {{ add $leave $grace (.closeSeconds | default 5) 5 }}
      {{- with $root.Values.image.pullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . }}
        {{- end }}
      {{- end }}
      {{- with .podSpec }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- with .initContainers }}
      initContainers:
        {{- . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .app }}
          image: {{ include "bullpen.image" . }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          securityContext:
            {{- include "bullpen.containerSecurity" $root | nindent 12 }}
            readOnlyRootFilesystem: {{ not .isWritable }}
          env:
            {{- range $name, $value := $env }}
            - name: {{ $name }}
              value: {{ $value | toString | quote }}
            {{- end }}
            {{- with .secretEnv }}
            {{- . | nindent 12 }}
            {{- end }}
          ports:
            - { name: http, containerPort: {{ .port }} }
          {{- if .loadsModel }}
          # It listens once its model is loaded: an hour, for a download and a slow disk.
          startupProbe: { httpGet: { path: /healthz, port: http }, periodSeconds: 10, failureThreshold: 360 }
          {{- end }}
          {{- include "bullpen.probes" $root | nindent 10 }}
          {{- if $leave }}
          lifecycle:
            preStop: { exec: { command: [sleep, "{{ $leave }}"] } }
          {{- end }}
          resources:
            {{- toYaml .resources | nindent 12 }}
          volumeMounts:
            - { name: redis, mountPath: /run/secrets/bullpen-redis, readOnly: true }
            - { name: tmp, mountPath: /tmp }
            {{- with .mounts }}
            {{- . | nindent 12 }}
            {{- end }}
      volumes:
        {{- include "bullpen.redisVolume" . | nindent 8 }}
        - name: tmp
          emptyDir: {}
        {{- with .volumes }}
        {{- . | nindent 8 }}
        {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ include "bullpen.name" . }}
  labels:
    {{- include "bullpen.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .app }}
spec:
  selector:
    {{- include "bullpen.selector" . | nindent 4 }}
  ports:
    - { name: http, port: {{ .port }}, targetPort: http }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "bullpen.name" . }}
  labels:
    {{- include "bullpen.labels" $root | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "bullpen.selector" . | nindent 6 }}
{{- end }}
