# Machine-made: no native has read it yet.

## API problem titles

problem-malformed_json = Não é possível ler o corpo
problem-validation = Alguns campos precisam de correção
problem-unauthorized = A chave falta, foi revogada ou está errada
problem-forbidden = O alcance da chave não permite isso
problem-not_found = Nada tem este ID
problem-method_not_allowed = Este endereço não aceita este método
problem-message_conflict = Já existe outra mensagem com este ID
problem-import_over = A importação já terminou
problem-idempotency_running = A primeira solicitação com esta Idempotency-Key ainda está em andamento
problem-source_limit = A conta atingiu seu limite de fontes
problem-plan_kind = O plano não tem fontes deste tipo
problem-external_id_taken = Outra fonte já tem este external_id
problem-not_from_crm = O estado só pode ser informado para mensagens que vieram do amoCRM
problem-not_from_messenger = Só podem ser alteradas as mensagens que vieram do mensageiro
problem-message_deleted = A mensagem foi excluída
problem-too_large = A solicitação é grande demais
problem-media_no_room = Não há mais espaço para arquivos
problem-media_type = Envie application/json
problem-rate_limited = Solicitações demais, veja Retry-After
problem-request_timeout = O corpo demorou demais
problem-provisioning = A conta ainda está sendo configurada
problem-tenant_inactive = A conta não está ativa
problem-wrong_account = amojo_id é de outra conta
problem-wrong_credentials = O usuário ou a senha não conferem
problem-not_admin = Só um administrador da conta pode fazer isso
problem-too_many_tries = Tentativas demais
problem-unavailable = O Parom não pode fazer isso agora, tente de novo mais tarde
problem-internal = Erro interno do Parom, nada foi guardado
problem-tenant_active = A conta está em uso
problem-not_deleted_in_crm = A fonte existe no { $crm }
problem-no_webhook = A fonte não tem segredo de webhook
problem-webhook_not_kept = O webhook não pode ser enviado de novo
problem-template_locked = O WhatsApp já tem este modelo
problem-template_no_source = Não há fonte com WhatsApp oficial
problem-template_unapproved = O modelo não está aprovado
problem-template_not_decided_here = O mensageiro decide
problem-too_many_requests = Solicitações demais
problem-too_many_bytes = Dados demais por hoje
problem-too_many_imports = Importações demais
problem-account_full = O armazenamento da conta está cheio
problem-foreign_origin = Outro site pediu isso
problem-unknown_visitor = O visitante não é conhecido
problem-signature_refused = A assinatura está errada
