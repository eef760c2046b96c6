## Alerts: subject and body

alert-source_stopped-subject = { $source } ({ $account }): parada, conecte de novo
alert-source_stopped-body =
    A fonte “{ $source }” não funciona desde { $stamp }: { $messenger } não aceita mais o acesso. Motivo: { $reason }. As mensagens dos clientes não chegam; { $waiting ->
        [0] nenhuma mensagem está esperando
        [one] { $waiting } mensagem de atendentes está esperando
       *[other] { $waiting } mensagens de atendentes estão esperando
    } aqui. Clique em “Conectar de novo”: { $url }
alert-source_blocked-subject = { $source } ({ $account }): bloqueada por { $messenger }
alert-source_blocked-body = “{ $source }” está bloqueada por { $messenger } desde { $stamp }. Nada é enviado nem recebido. Abra o aviso do mensageiro e responda; as outras fontes não são afetadas. { $url }
alert-source_silent-subject = { $source } ({ $account }): mais quieta que o normal
alert-source_silent-body =
    A última mensagem de “{ $source }” chegou { $time }; a esta hora costuma haver { $usual ->
        [one] { $usual } mensagem
       *[other] { $usual } mensagens
    } por hora. As verificações do Parom estão em ordem. Escreva para ela do seu celular ou clique em “Testar fonte”: { $url }
alert-source_moved-subject = { $source } ({ $account }): as mensagens vão para outro lugar
alert-source_moved-body = Desde { $stamp }, { $messenger } envia as mensagens de “{ $source }” para { $host }. Alguém conectou o mesmo bot ou número a outro serviço. Para recuperá-las, clique em “Conectar de novo”: { $url }
alert-source_gone-subject = { $source } ({ $account }): excluída no { $crm }
alert-source_gone-body = A fonte “{ $source }” foi excluída no { $crm }. As mensagens continuam chegando, mas os novos leads recebem a fonte padrão “{ $default }”. Clique em “Criar no { $crm } de novo”: { $url }
alert-needs_reauth-subject = { $account }: permita de novo o acesso ao { $crm }
alert-needs_reauth-body = O { $crm } não renova o acesso da conta { $account } desde { $stamp }. As mensagens continuam nos dois sentidos. Fontes, funis e modelos não podem ser alterados até que um administrador clique em “Permitir o acesso de novo”: { $url }
alert-token_expiring-subject =
    { $source } ({ $account }): o acesso termina em { $days ->
        [one] { $days } dia
       *[other] { $days } dias
    }
alert-token_expiring-body = O token de { $messenger } de “{ $source }” vale até { $stamp }. Agora tudo funciona. Emita um token permanente e cole-o: { $url }
alert-unpaid-subject = { $account }: o { $crm } não está pago, as mensagens esperam
alert-unpaid-body =
    O { $crm } não aceita mensagens da conta { $account } desde { $stamp }. { $waiting ->
        [one] { $waiting } mensagem espera
       *[other] { $waiting } mensagens esperam
    } aqui e serão guardadas até { $until }. Depois do pagamento elas chegam em ordem, sem que você precise fazer nada.
alert-crm_unreachable-subject = { $account }: o { $crm } não responde há { $duration }
alert-crm_unreachable-body =
    { $waiting ->
        [one] { $waiting } mensagem de clientes espera
       *[other] { $waiting } mensagens de clientes esperam
    } no Parom. O Parom tenta de novo sozinho e mantém a ordem. Você receberá outro e-mail quando voltar a funcionar.
alert-undelivered-subject =
    { $source } ({ $account }): { $count ->
        [one] { $count } mensagem não foi entregue
       *[other] { $count } mensagens não foram entregues
    }
alert-undelivered-body = Desde { $stamp }, fonte “{ $source }”. Motivo mais frequente: { $reason } Os atendentes veem isto nos cards. A lista e “Enviar de novo”: { $url }
alert-late-subject = { $account }: as mensagens chegam atrasadas, até { $delay }
alert-late-body =
    { $waiting ->
        [one] { $waiting } mensagem espera
       *[other] { $waiting } mensagens esperam
    }, a mais antiga desde { $stamp }. Causa: { $reason } Nada se perde.
alert-webhook_suspended-subject = { $source } ({ $account }): seu servidor não responde há 24 horas
alert-webhook_suspended-body =
    O Parom parou de chamar { $host }. { $waiting ->
        [one] { $waiting } evento espera
       *[other] { $waiting } eventos esperam
    }; depois de { $until } vão para “Não entregues”. Conserte o servidor e clique em “Testar e ativar”: { $url }
alert-template_rejected-subject = Modelo “{ $template }” ({ $account }): rejeitado pelo mensageiro
alert-template_rejected-body = O motivo do mensageiro: { $reason } Copie o modelo, corrija-o e envie para revisão de novo: { $url }
alert-template_paused-subject = Modelo “{ $template }” ({ $account }): parado pelo mensageiro
alert-template_paused-body = Por ora não pode ser enviado. O motivo do mensageiro: { $reason } Use outro modelo ou escreva um melhor: { $url }
alert-template_changed-subject = Modelo “{ $template }” ({ $account }): o mensageiro o avalia de outra forma
alert-template_changed-body = A categoria agora é { $category } e a qualidade { $quality }. Outra categoria tem outro preço; com qualidade ruim o modelo é parado: { $url }
alert-resolved-subject = Resolvido: { $subject }
alert-resolved-body = Terminou { $time }. Durou { $duration }.
alert-acknowledge = Estou cuidando disso
alert-mute =
    Silenciar por { $hours ->
        [one] { $hours } hora
       *[other] { $hours } horas
    }
alert-why = Você recebe este e-mail porque os alertas da conta { $account } vão para { $email }. Para mudar: { $url }
alert-blocked-subject = { $account }: o { $crm } recusa todas as solicitações, as mensagens esperam
alert-blocked-body =
    O { $crm } recusa todas as solicitações da conta { $account } desde { $stamp }. { $waiting ->
        [0] Nenhuma mensagem espera
        [one] { $waiting } mensagem espera
       *[other] { $waiting } mensagens esperam
    } aqui; cada uma é guardada por 7 dias. Pergunte o motivo ao suporte do { $crm }; o Parom continua tentando e envia em ordem o que espera: { $url }
alert-media_full-subject = { $account }: não há espaço para mais arquivos
alert-media_full-body = Os arquivos da conta { $account } ocupam os { $most } MB desde { $stamp }. As mensagens continuam; no lugar de um novo arquivo aparece uma linha que avisa. Os arquivos mais antigos são excluídos sozinhos. Para ter mais espaço, escreva ao serviço: { $url }
alert-found_in_history-subject =
    { $account }: { $count ->
        [one] { $count } mensagem foi encontrada no histórico do { $crm }
       *[other] { $count } mensagens foram encontradas no histórico do { $crm }
    }
alert-found_in_history-body =
    Os atendentes escreveram e o Parom não soube a tempo: houve uma interrupção. { $held ->
        [0] Tudo está agora a caminho dos clientes.
        [one] { $held } mensagem tem mais de 15 minutos e espera sua decisão.
       *[other] { $held } mensagens têm mais de 15 minutos e esperam sua decisão.
    } Enviar ou remover: { $url }
alert-several-subject =
    { $account }: { $count ->
        [one] { $count } alerta
       *[other] { $count } alertas
    }
alert-kind-source_stopped = Um mensageiro não aceita mais o acesso de uma fonte
alert-kind-webhook_suspended = O servidor do seu próprio mensageiro falhou por 24 horas
alert-kind-source_gone = Uma fonte foi excluída no { $crm }
alert-kind-needs_reauth = O { $crm } não renova o acesso
alert-kind-unpaid = O { $crm } não está pago
alert-kind-blocked = O { $crm } recusa todas as solicitações
alert-kind-found_in_history = Mensagens foram encontradas no histórico do { $crm }
alert-kind-media_full = Os arquivos ocupam todo o espaço
alert-kind-template_rejected = Um mensageiro rejeitou um modelo
alert-kind-template_paused = Um mensageiro parou um modelo
alert-kind-template_changed = Um mensageiro mudou a categoria ou a qualidade de um modelo

## Alerts: the page

alerts-title = Alertas
alerts-none = Não há alertas abertos.
alerts-taken = Você está cuidando disso. Nenhum e-mail por 4 horas.
alerts-muted = Silenciado até { $stamp }. O alerta continua aqui.
alerts-letters = E-mails
alerts-letters-about = Chega um e-mail um minuto depois que algo falha, outro após 4 horas e outro quando se resolve. O texto das mensagens nunca está neles.
alerts-mail-off = Nenhum e-mail é enviado: o fornecedor não configurou um servidor de e-mail. Os alertas aparecem aqui.
alerts-letters-to-me = Enviar-me e-mails sobre alertas
alerts-email = Os e-mails vão para { $email }.
alerts-email-hint = A este endereço vai primeiro um código e depois os e-mails.
alerts-kinds = Sobre o quê
alerts-readers = Quem recebe e-mails
alerts-no-address = não informou um endereço
alerts-switch-on = Enviar e-mails
alerts-switch-off = Não enviar e-mails
alerts-switched-on = { $name } recebe e-mails.
alerts-switched-off = { $name } não recebe e-mails.
alerts-code = Código do e-mail enviado a { $email }
alerts-code-confirm = Confirmar endereço
alerts-code-sent = Um código foi enviado a { $email }. Vale por 10 minutos.
alerts-code-unsent = O e-mail com o código não saiu: o servidor de e-mail recusou. Verifique o endereço.
alerts-code-wrong = Este não é o código do último e-mail.
alerts-code-gone = O código expirou. Salve o endereço de novo e outro chegará.
alerts-code-wait =
    Códigos demais. O próximo em { $seconds ->
        [one] { $seconds } segundo
       *[other] { $seconds } segundos
    }.
alerts-address-proved = De agora em diante os e-mails vão para { $email }.
mail-alert-code-subject = { $code } é o código para os e-mails de alertas
mail-alert-code-body =
    Alguém quer que os alertas da conta { $account } cheguem a este endereço. Se foi você, insira este código no painel:

    { $code }

    Se não, não faça nada: sem o código nenhum e-mail chega.
