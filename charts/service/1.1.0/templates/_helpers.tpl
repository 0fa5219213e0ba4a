{{- define "service.selector" -}}
app.kubernetes.io/name: {{ .Values.service.name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "service.labels" -}}
{{ include "service.selector" . }}
app.kubernetes.io/part-of: nationgraph
app.kubernetes.io/managed-by: Helm
nationgraph.io/tier: {{ .Values.service.tier }}
nationgraph.io/team: {{ .Values.service.team }}
{{- end }}

{{- /* What every object begins with. Context: the root with `component` and, where it is not the service's, `name`. */ -}}
{{- define "service.metadata" -}}
name: {{ .name | default .Values.service.name }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "service.labels" . | nindent 2 }}
  helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- /* What the pod needs before the service starts, and before its policy and its credential are needed. */ -}}
{{- define "service.hook" -}}
argocd.argoproj.io/hook: PreSync
argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
argocd.argoproj.io/sync-wave: {{ .wave | quote }}
{{- end }}

{{- define "service.image" -}}
{{ .repository }}@{{ .digest }}
{{- end }}

{{- define "service.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "service.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
{{- end }}

{{- /* Seconds for which a pod that ends still answers: until nobody has it in a list of endpoints any more. */ -}}
{{- define "service.preStopSeconds" -}}
10
{{- end }}

{{- /* The pods of a service, by the namespace of their team. */ -}}
{{- define "service.peer" -}}
namespaceSelector:
  matchLabels:
    kubernetes.io/metadata.name: {{ .namespace }}
podSelector:
  matchLabels:
    app.kubernetes.io/name: {{ .name }}
    app.kubernetes.io/component: service
{{- end }}

{{- define "service.dnsEgress" -}}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
      podSelector:
        matchLabels:
          k8s-app: kube-dns
  ports:
    - {protocol: UDP, port: 53}
    - {protocol: TCP, port: 53}
{{- end }}

{{- define "service.dataStoreEgress" -}}
- to:
    {{- range .cidrs }}
    - ipBlock:
        cidr: {{ . }}
    {{- end }}
  ports:
    - {protocol: TCP, port: {{ .port }}}
{{- end }}

{{- define "service.probe" -}}
httpGet:
  path: {{ .path }}
  port: {{ .port }}
  scheme: HTTP
periodSeconds: {{ .periodSeconds }}
failureThreshold: {{ .failureThreshold }}
timeoutSeconds: {{ .timeoutSeconds }}
{{- end }}
