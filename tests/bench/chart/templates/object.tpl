{{ toJson .Values.object }}
