{{- define "bullpen.hubToken" -}}
{{- with .hubTokenSecret }}
- name: HF_TOKEN
  valueFrom: { secretKeyRef: { name: {{ . }}, key: token } }
{{- end }}
{{- end }}

{{- define "bullpen.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The model is there before the worker starts, so that a pod that is ready has no download before it. */}}
{{- define "bullpen.pull" -}}
{{- $isRemote := not (or (eq .pool.model "demo") (hasPrefix "/" .pool.model)) }}
{{- if and .pool.cache.pull $isRemote }}
- name: pull
  image: {{ include "bullpen.image" . }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  {{- if eq .pool.engine "vllm" }}
  command: [hf, download, {{ .pool.model | quote }}]
  {{- else }}
  command: [node, apps/worker/dist/pull-model.js]
  {{- end }}
  securityContext:
    {{- include "bullpen.containerSecurity" .root | nindent 4 }}
  env:
    {{- range $name, $value := merge (deepCopy .fixed) .pool.settings .root.Values.settings }}
    - name: {{ $name }}
      value: {{ $value | toString | quote }}
    {{- end }}
    {{- with include "bullpen.hubToken" .pool | trim }}
    {{- . | nindent 4 }}
    {{- end }}
  volumeMounts:
    - { name: models, mountPath: /models }
    - { name: tmp, mountPath: /tmp }
{{- end }}
{{- end }}

{{- define "bullpen.modelMounts" -}}
- { name: models, mountPath: /models }
{{- if .isVllm }}
- { name: shared-memory, mountPath: /dev/shm }
{{- end }}
{{- end }}

{{- define "bullpen.modelVolumes" -}}
- name: models
{{- if eq .cache.kind "claim" }}
  persistentVolumeClaim: { claimName: {{ .claim }} }
{{- else if eq .cache.kind "node" }}
  hostPath: { path: {{ .cache.nodePath }}, type: DirectoryOrCreate }
{{- else }}
  emptyDir: {}
{{- end }}
{{- if .isVllm }}
# vLLM's processes, one for each GPU, hand tensors to each other in shared memory; by default there are 64 MB.
- name: shared-memory
  emptyDir: { medium: Memory, sizeLimit: 16Gi }
{{- end }}
{{- end }}

{{/* { root, name, size, storageClass } */}}
{{- define "bullpen.claim" -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ .name }}
  labels:
    {{- include "bullpen.labels" .root | nindent 4 }}
  annotations: { helm.sh/resource-policy: keep }
spec:
  accessModes: [ReadWriteMany]
  {{- with .storageClass }}
  storageClassName: {{ . }}
  {{- end }}
  resources: { requests: { storage: {{ .size }} } }
{{- end }}

{{/*
What scales a group of workers. Open queries are those that wait, run, or wait for a tool: a worker that has nothing else
than calls to wait for stays. `max`: each api reports the same.
*/}}
{{- define "bullpen.workerScaling" -}}
{{- $scaling := .pool.autoscaling }}
{{- $model := printf "{model=%q}" .pool.modelName }}
{{- $open := printf "sum(max by (state) (bullpen_queries%s))" $model }}
{{- $workers := printf "max(bullpen_workers%s)" $model }}
{{- $ended := printf "(sum(rate(bullpen_queries_ended_total%s[10m])) > 0)" $model }}
{{ include "bullpen.scaledObject" (dict "root" .root "app" "worker" "group" .group "scaling" $scaling "triggers" (list
  (dict "name" "depth" "threshold" $scaling.queriesPerReplica "query" (printf "%s or vector(0)" $open))
  (dict "name" "age" "threshold" 1 "query" (printf "clamp_min(%s, 1) * max(bullpen_query_head_wait_seconds%s) / %v or vector(0)" $workers $model $scaling.waitSeconds))
  (dict "name" "deadline" "threshold" 1 "query" (printf "%s / %s * %s / %v or vector(0)" $open $ended $workers $scaling.finishWithinSeconds)))) }}
{{- end }}
