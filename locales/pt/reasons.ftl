# Machine-made: no native has read it yet.

## Reasons, each with what to do (the error passport)

reason-recipient_blocked = O cliente bloqueou o bot ou excluiu o chat.
reason-recipient_blocked-fix = Escreva ao cliente por outro app de mensagens ou ligue.
reason-recipient_unreachable = O cliente não está neste app de mensagens ou não pode ser contatado.
reason-recipient_unreachable-fix = Verifique o número no contato. O cliente também pode ter bloqueado você: escreva por outro app de mensagens ou ligue.
reason-window_closed = O cliente escreveu há tempo demais: texto livre não é mais aceito.
reason-window_closed-fix = Envie um modelo aprovado ou responda quando o cliente escrever novamente.
reason-media_gone = O arquivo não está mais disponível no link do remetente.
reason-media_gone-fix = Peça para enviarem o arquivo novamente.
reason-media_too_big = O arquivo tem { $size } e o app de mensagens aceita até { $limit }.
reason-media_too_big-fix = Envie um arquivo menor ou um link.
reason-kind_not_supported = O app de mensagens não aceita mensagens deste tipo: { $kind }.
reason-kind_not_supported-fix = Envie como arquivo ou como texto.
reason-writing_first = Aqui não é possível escrever primeiro.
reason-writing_first-fix = Responda quando o cliente escrever ou fale com ele por outro aplicativo.
reason-marketing_stopped = O cliente recusou publicidade.
reason-marketing_stopped-fix = Envie um modelo de serviço, ou registre o consentimento na página do cliente se ele o deu.
reason-rate_limited = O app de mensagens pediu para ir mais devagar. O Parom espera e envia em ordem.
reason-rate_limited-fix = Nada a fazer.
reason-messenger_down = O app de mensagens não responde.
reason-messenger_down-fix =
    Nada a fazer: o Parom continua tentando por { $hours ->
        [one] { $hours } hora
       *[other] { $hours } horas
    }.
reason-access_revoked = O app de mensagens não aceita mais o acesso salvo.
reason-access_revoked-fix = Clique em “Conectar novamente” na fonte.
reason-crm_down = O { $crm } não responde.
reason-crm_down-fix = Nada a fazer: o Parom tenta novamente e mantém a ordem.
reason-crm_refused = O { $crm } recusou a mensagem.
reason-crm_refused-fix = O motivo está em “Detalhes” da mensagem. Copie o relatório e escreva ao suporte.
reason-crm_unpaid = A conta do { $crm } não está paga.
reason-crm_unpaid-fix = Pague o { $crm }: o que espera chegará em ordem.
reason-channel_detached = O { $crm } desconectou o canal de chats.
reason-channel_detached-fix = Desative e ative a integração no { $crm }: as fontes ficam.
reason-signature_refused = O { $crm } não aceita a assinatura do Parom.
reason-signature_refused-fix = O suporte já sabe. As mensagens esperam.
reason-source_paused = A fonte está pausada.
reason-source_paused-fix = Ative a fonte.
reason-webhook_suspended = Seu servidor falhou por 24 horas, então o Parom pausou a fonte.
reason-webhook_suspended-fix = Conserte o servidor e clique em “Testar e ativar” na fonte.
reason-too_old =
    A entrega foi tentada por { $hours ->
        [one] { $hours } hora
       *[other] { $hours } horas
    } sem sucesso.
reason-too_old-fix = Envie novamente ou escreva outra vez ao cliente.
reason-webhook_status = Seu servidor respondeu { $status }.
reason-webhook_status-fix = A resposta deve ser 2xx. A resposta completa está em “Detalhes”.
reason-webhook_timeout = Seu servidor não respondeu em 15 segundos.
reason-webhook_timeout-fix = Primeiro guarde o evento, responda 2xx e processe depois.
reason-dropped_by_person = { $name } parou a entrega.
reason-dropped_by_person-fix = Clique em “Enviar novamente” se foi um engano.
reason-outcome_unknown = A mensagem foi enviada, mas não se sabe se chegou.
reason-outcome_unknown-fix = Confira o chat antes de enviar novamente.
reason-refused = O app de mensagens recusou a mensagem.
reason-refused-fix = O motivo está em “Detalhes” da mensagem. Mude o que o app de mensagens indica e escreva novamente.
reason-internal = O Parom não conseguiu entregar a mensagem. O suporte encontrará a causa no registro.
reason-internal-fix = Envie novamente. Se falhar outra vez, copie o relatório e escreva ao suporte.
reason-source_disconnected = A fonte deste chat foi excluída.
reason-source_disconnected-fix = Escreva ao cliente por outra fonte.
reason-no_bot = A mensagem foi escrita fora do { $crm } e este canal não tem um bot para mostrá-la.
reason-no_bot-fix = Peça ao suporte que informe o bot do canal e envie novamente.
reason-suspended = Esta conta está suspensa. As mensagens são recebidas e esperam.
reason-suspended-fix = Escreva ao suporte.
reason-plan_ended = A assinatura do serviço terminou. As mensagens são recebidas e esperam.
reason-plan_ended-fix = Renove a assinatura ou escreva ao suporte.
reason-found_in_history = Escrita há { $age } e só agora encontrada no histórico do { $crm }: o Parom não soube a tempo.
reason-found_in_history-fix = Envie se ainda fizer sentido ou remova. Sozinha ela nunca é enviada.

## Reasons in a few words, as headings

reason-short-too_old = Não foi possível entregar a tempo
reason-short-dropped_by_person = Parada por uma pessoa
reason-short-source_disconnected = Fonte excluída
reason-short-recipient_blocked = Bloqueada pelo cliente
reason-short-conversation_deleted = Chat excluído pelo cliente
reason-short-recipient_unreachable = Não é possível contatar o cliente
reason-short-unsupported = Tipo não aceito
reason-short-writing_first = Não é possível escrever primeiro
reason-short-marketing_stopped = Publicidade recusada
reason-short-window_closed = O cliente escreveu há tempo demais
reason-short-rejected = Recusada
reason-short-no_bot = O canal não tem bot
reason-short-found_in_history = Encontrada no histórico, espera uma decisão
reason-short-internal = Erro do Parom ou resultado desconhecido
reason-short-other = Outros motivos
