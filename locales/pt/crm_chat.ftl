# Machine-made: no native has read it yet.

## Texts of a message in amoCRM for what a messenger or the CRM does not support

carried-forward = Mensagem encaminhada:
carried-forward-of = Encaminhado de { $name }:
carried-location = Localização: { $map }
carried-contact = Contato: { $name }, { $phone }
carried-signed = { $name }:
carried-unknown = [Uma mensagem de tipo desconhecido: { $kind }]

## Why a message failed, as managers read it in the chat

failure-conversation_deleted = O cliente excluiu o chat.
failure-recipient_blocked = O cliente bloqueou o bot ou excluiu o chat.
failure-source_disconnected = A fonte deste chat não está mais conectada.
failure-internal = O Parom não conseguiu entregar a mensagem.
failure-recipient_unreachable = Não é possível contatar o cliente por este app de mensagens.
failure-unsupported = O app de mensagens não aceita mensagens deste tipo.
failure-writing_first = Aqui não é possível escrever primeiro. Responda quando o cliente escrever.
failure-marketing_stopped = O cliente recusou publicidade. Envie um modelo de serviço.
failure-window_closed = O tempo para escrever livremente acabou.
failure-template-waiting = O modelo “{ $template }” ainda não chegou ao app de mensagens. Poderá ser enviado quando for aprovado.
failure-template-review = O modelo “{ $template }” está em análise. Poderá ser enviado quando for aprovado.
failure-template-rejected = O app de mensagens rejeitou o modelo “{ $template }”. Escolha outro.
failure-template-paused = O app de mensagens pausou o modelo “{ $template }”. Escolha outro.
failure-template-disabled = O app de mensagens desativou o modelo “{ $template }”. Escolha outro.
failure-template-deleted = O modelo “{ $template }” foi excluído no app de mensagens. Escolha outro.
failure-template-unknown = O app de mensagens não aprovou nenhum modelo com este texto. Escolha um aprovado.
failure-window_closed-over-template = Passaram mais de { $time } desde a última mensagem do cliente. Envie um modelo aprovado.
failure-window_closed-over = Passaram mais de { $time } desde a última mensagem do cliente. Você poderá responder quando ele escrever novamente.
failure-window_closed-unheard-template = O cliente ainda não escreveu aqui. Só é possível enviar um modelo aprovado.
failure-window_closed-unheard = O cliente ainda não escreveu aqui. Você poderá responder quando ele escrever.
failure-window_closed-hours =
    { $hours ->
        [one] { $hours } hora
       *[other] { $hours } horas
    }
failure-rejected = O app de mensagens recusou a mensagem.
failure-rejected-with = O app de mensagens recusou a mensagem: respondeu { $status }.
failure-writes-elsewhere = Este cliente tem um chat em “{ $source }”. Escreva a ele por lá.
failure-no-phone = Não há um número de telefone para escrever.
failure-phone-ambiguous = { $phone } pode ser um número de dois países. Escreva com + e o código do país.
failure-empty = A mensagem não tem texto.
failure-found-late = A mensagem foi encontrada tarde. Ela espera até que alguém a envie ou remova.
failure-found-dropped = A mensagem chegou tarde ao Parom e alguém decidiu não enviar.
failure-no-longer-true = A resposta automática não foi enviada: esperou até o horário de atendimento começar.
failure-other = A mensagem não foi entregue.

crm-chat-blocked = [{ $who } bloqueou este cliente. O que ele escreve é guardado e não aparece aqui]
crm-chat-unblocked = [{ $who } desbloqueou este cliente. As novas mensagens voltam a aparecer aqui]
