# Machine-made: no native has read it yet.

## Errors of forms

form-empty = Completa “{ $field }”.
form-too-long = “{ $field }” tiene { $length } caracteres; el máximo es { $limit }.
form-not-url = La dirección debe comenzar con https://
form-not-email = Un correo electrónico se ve así: ana@example.com.
form-pipeline-gone = Este embudo fue eliminado o archivado en { $crm }. Elige otro.
form-changed-meanwhile = { $name } cambió esto { $time }. Revisa los valores nuevos y guarda otra vez.
form-expired = La página estuvo abierta demasiado tiempo. Tus valores se conservan, guarda otra vez.
form-confirm-mismatch = Para confirmar, escribe exactamente: { $expected }
form-refused = No se aceptó: { $reason }
form-field-refused = “{ $field }”: { $reason }.
