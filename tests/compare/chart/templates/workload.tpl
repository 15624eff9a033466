apiVersion: apps/v1
kind: {{ .Values.kind }}
metadata: {name: app}
spec:
  replicas: 3
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: app
          image: {{ .Values.image }}:{{ .Values.version }}
          env: {{ toJson .Values.env }}
          readinessProbe: {httpGet: {path: /readyz, port: 8080}, periodSeconds: 1}
{{ toYaml .Values.spec | indent 2 }}
