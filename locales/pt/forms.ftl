# Machine-made: no native has read it yet.

## Errors of forms

form-empty = Preencha “{ $field }”.
form-too-long = “{ $field }” tem { $length } caracteres; o máximo é { $limit }.
form-not-url = O endereço deve começar com https://
form-not-email = Um e-mail é assim: ana@example.com.
form-pipeline-gone = Este funil foi excluído ou arquivado no { $crm }. Escolha outro.
form-changed-meanwhile = { $name } alterou isto { $time }. Verifique os novos valores e salve novamente.
form-expired = A página ficou aberta tempo demais. Seus valores foram mantidos, salve novamente.
form-confirm-mismatch = Para confirmar, digite exatamente: { $expected }
form-refused = Isto não foi aceito: { $reason }
form-field-refused = “{ $field }”: { $reason }.
