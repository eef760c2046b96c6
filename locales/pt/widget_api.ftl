# Machine-made: no native has read it yet.

## Widget: what the server says

problem-conflict = Isto entra em conflito com dados existentes
problem-session_ended = A sessão terminou
problem-bad_token = Não foi possível confirmar sua identidade
problem-foreign_page = Esta página não pode chamar o Parom
problem-changed_meanwhile = Outra pessoa alterou isto
problem-crm_refused = O { $crm } recusou
problem-crm_unpaid = O { $crm } não está pago
problem-crm_blocked = O { $crm } bloqueou a conta
problem-crm_limit = O { $crm } não aceita mais fontes
problem-channel_not_connected = O canal de chats não está conectado
problem-no_source = Ainda não há nenhuma fonte
problem-deleted_in_crm = A fonte foi excluída
widget-said-session_ended = A sessão terminou. Abra a janela novamente.
widget-said-bad_token = O { $crm } não confirmou quem é você. Recarregue a página.
widget-said-foreign_page = Abra o widget dentro da sua conta do { $crm }.
widget-said-provisioning = O { $crm } acabou de instalar a integração. O Parom está terminando a configuração; leva menos de um minuto.
widget-said-not_admin = Só um administrador da conta do { $crm } pode fazer isto.
widget-said-wrong_credentials = O usuário ou a senha não conferem. Verifique o idioma do teclado e o Caps Lock.
widget-said-wrong_account = Esta janela é de outra conta do { $crm }. Recarregue a página.
widget-said-too_many_tries =
    Tentativas demais. A próxima será possível em { $seconds ->
        [one] { $seconds } segundo
       *[other] { $seconds } segundos
    }.
widget-said-rate_limited =
    Solicitações demais de uma vez. Espere { $seconds ->
        [one] { $seconds } segundo
       *[other] { $seconds } segundos
    }.
widget-said-logins_away =
    O serviço que verifica os usuários não responde. Tente novamente em { $seconds ->
        [one] { $seconds } segundo
       *[other] { $seconds } segundos
    }.
widget-said-unavailable =
    Agora não é possível. Nada mudou. Tente novamente em { $seconds ->
        [one] { $seconds } segundo
       *[other] { $seconds } segundos
    }.
widget-said-internal = O Parom não conseguiu fazer isto. As mensagens não são afetadas. Tente novamente e, se não der certo, escreva ao suporte.
widget-said-not_found = Isto não existe mais. Talvez tenha sido excluído: recarregue a janela.
widget-said-validation = Alguns campos precisam de correção.
widget-said-source_limit = Todas as fontes estão em uso. Exclua uma de que não precise mais.
widget-said-plan_kind = Seu plano não tem fontes deste tipo. Escreva ao suporte para mudá-lo.
widget-said-external_id_taken = Já existe uma fonte com este identificador.
widget-said-tenant_inactive = As fontes só podem ser alteradas enquanto a conta está conectada e o { $crm } dá acesso ao Parom.
widget-said-crm_refused = O { $crm } recusou. Ele diz: { $detail }
widget-said-crm_unpaid = O { $crm } não está pago e por isso recusa. Nada mudou: pague no { $crm } e tente novamente.
widget-said-crm_blocked = O { $crm } bloqueou esta conta. Nada mudou: escreva ao suporte e tente novamente quando o { $crm } der acesso.
widget-said-crm_limit = O { $crm } não aceita mais fontes nesta conta. Ele diz: { $detail }
widget-said-channel_not_connected = O canal de chats ainda não está conectado a esta conta. Conecte-o primeiro.
widget-said-no_source = Adicione uma fonte primeiro: ela substitui a que o { $crm } criou.
widget-said-deleted_in_crm = Esta fonte foi excluída no { $crm }. Primeiro crie-a lá novamente.
widget-said-idempotency_running = A mesma solicitação ainda está em andamento. Espere um momento.
widget-rights-unknown = O { $crm } não consegue informar agora se você é administrador, então nada pode ser alterado. Abra a janela novamente em um minuto.
widget-someone = Alguém
