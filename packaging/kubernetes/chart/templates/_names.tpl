{{- define "load-monitor.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "load-monitor.fullname" -}}
{{- $name := include "load-monitor.name" . }}
{{- if contains $name .Release.Name }}{{ .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "load-monitor.selector" -}}
app.kubernetes.io/name: {{ include "load-monitor.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "load-monitor.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ include "load-monitor.selector" . }}
{{- end }}

{{- define "load-monitor.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "load-monitor.fullname" .) }}
{{- else }}{{ .Values.serviceAccount.name | default "default" }}{{ end }}
{{- end }}

{{- /* Kubernetes has no ambient capabilities: who is to have one is uid 0, with all others dropped. */ -}}
{{- define "load-monitor.securityContext" -}}
{{- if .Values.securityContext }}{{ toYaml .Values.securityContext }}
{{- else if and (eq .Values.source "module") (not .Values.module.deviceResource) -}}
privileged: true
runAsUser: 0
runAsGroup: 0
readOnlyRootFilesystem: true
{{- else -}}
runAsUser: 0
runAsGroup: 0
readOnlyRootFilesystem: true
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
  {{- if eq .Values.source "procfs" }}
  add: [SYS_ADMIN, SYS_PTRACE, DAC_READ_SEARCH]
  {{- else if eq .Values.source "bpf" }}
  add: [BPF, PERFMON, SYSLOG]
  {{- end }}
seccompProfile:
  type: RuntimeDefault
{{- if and (eq .Values.source "procfs") (semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version) }}
# The runtime's own profile lets nobody look at tasks outside of the container. Before 1.30 it is an annotation.
appArmorProfile:
  type: Unconfined
{{- end }}
{{- end }}
{{- with .Values.seLinuxOptions }}
seLinuxOptions: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
